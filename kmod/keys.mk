# SPDX-License-Identifier: GPL-2.0-only
#
# Included by Kbuild: the certificates that mend.ko trusts.
#
#	MEND_KEYS=	absolute names or patterns of PEM files, one certificate
#			each; default /etc/mend/keys/*.pem
#
# keys.sh runs in every build, takes milliseconds, and its output is compared:
# the object is made anew when a certificate comes, goes or changes.

MEND_KEYS ?= /etc/mend/keys/*.pem

mend-keys := $(sort $(wildcard $(MEND_KEYS)))
mend-keys-relative := $(filter-out /%,$(MEND_KEYS))
# Patterns may match nothing; a file that was named must be there.
mend-key-pattern = $(findstring *,$(1))$(findstring ?,$(1))$(findstring [,$(1))
mend-key-missing = $(if $(call mend-key-pattern,$(1))$(wildcard $(1)),,$(1))
mend-keys-missing := $(strip $(foreach key,$(MEND_KEYS),$(call mend-key-missing,$(key))))

ifneq ($(mend-keys-relative),)
$(error MEND_KEYS: "$(mend-keys-relative)" must begin with "/")
endif
ifneq ($(mend-keys-missing),)
$(error MEND_KEYS: "$(mend-keys-missing)" does not exist)
endif
ifeq ($(mend-keys),)
$(warning MEND_KEYS: no certificate, so this mend.ko will refuse every patch. \
	"mend keygen" makes one; put it into /etc/mend/keys and build again)
endif

# Whether src is absolute, and what it is relative to, depends on the kernel.
mend-keys-sh := $(firstword $(wildcard $(src)/keys.sh $(srctree)/$(src)/keys.sh))

filechk_mend_keys = bash $(mend-keys-sh) $(mend-keys)

$(obj)/keys_table.S: $(mend-keys-sh) $(mend-keys) FORCE
	$(call filechk,mend_keys)

$(obj)/keys_table.o: $(obj)/keys_table.S

mend-y += keys_table.o
targets += keys_table.S
clean-files += keys_table.S
