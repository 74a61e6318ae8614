# SPDX-License-Identifier: GPL-2.0-only
# mend: live patching of a running Linux kernel at one instant.
#
# Thin on purpose: the work is done in kmod/, loader/, patches/ and scripts/.

KDIR ?= /lib/modules/$(shell uname -r)/build
MEND_KEYS ?= $(wildcard /etc/mend/keys/*.pem)
OUT ?= $(CURDIR)/build/patches
PREFIX ?= /usr/local
DESTDIR ?=
UNITDIR ?= $(PREFIX)/lib/systemd/system

help:
	@echo 'mend: live patching of a running Linux kernel at one instant'
	@echo
	@echo '  make deps                     install the Debian packages needed (as root)'
	@echo '  make modules                  build kmod/mend.ko'
	@echo '  make loader                   build the program mend'
	@echo '  make builder                  build mend-build, which makes patches from diffs'
	@echo '  make patches                  build the example patches into $$(OUT)'
	@echo '  make demo                     see it work, in a virtual machine'
	@echo '  make check                    test everything (scripts/check --help)'
	@echo '  make install                  install mend, manual and units below $$(PREFIX)'
	@echo '  make builder_install          install mend-build below $$(PREFIX)'
	@echo '  make modules_install          install mend.ko for one kernel'
	@echo '  make dkms_install             have DKMS build mend.ko for each kernel that has'
	@echo '                                headers here (as root)'
	@echo '  make uninstall                remove what install and builder_install installed'
	@echo '  make dkms_uninstall           remove mend.ko from DKMS (as root)'
	@echo '  make clean                    remove what was built'
	@echo
	@echo '  KDIR=$(KDIR)'
	@echo '                                the kernel to build for'
	@echo '  MEND_KEYS="a.pem b.pem"       certificates that mend.ko trusts; default'
	@echo '                                /etc/mend/keys/*.pem, now: $(or $(MEND_KEYS),none)'
	@echo '  MEND_BUILD_OPTIONS=           for the patches that are diffs: see mend-build(1)'
	@echo '  PREFIX=$(PREFIX) DESTDIR=     where install puts things'
	@echo '  UNITDIR=$(UNITDIR)'
	@echo '                                where it puts units of systemd'

deps:
	scripts/deps

modules:
	$(MAKE) -C kmod KDIR="$(KDIR)" MEND_KEYS="$(abspath $(MEND_KEYS))" modules

modules_install: modules
	$(MAKE) -C kmod KDIR="$(KDIR)" MEND_KEYS="$(abspath $(MEND_KEYS))" modules_install

loader:
	$(MAKE) -C loader

builder:
	$(MAKE) -C builder

patches: modules builder
	$(MAKE) -C patches KDIR="$(KDIR)" OUT="$(abspath $(OUT))" \
		MEND_SYMVERS=$(CURDIR)/kmod/Module.symvers
	patches/from-diffs --out "$(abspath $(OUT))" --headers "$(KDIR)" $(MEND_BUILD_OPTIONS) \
		--kernel "$$(sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' \
			"$(KDIR)/include/generated/utsrelease.h")"

demo:
	scripts/demo

check:
	scripts/check

install: loader
	$(MAKE) -C loader install PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" UNITDIR="$(UNITDIR)"

builder_install: builder
	$(MAKE) -C builder install PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)"

# What was made and decided here stays.
uninstall:
	$(MAKE) -C loader uninstall PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" UNITDIR="$(UNITDIR)"
	$(MAKE) -C builder uninstall PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)"
	@echo "$(DESTDIR)/etc/mend and $(DESTDIR)/var/lib/mend are left: certificates, policy, store"

dkms_install:
	folder=$$(scripts/dkms-source) && "$$folder/dkms-install"

dkms_uninstall:
	scripts/dkms-source --remove

clean:
	$(if $(wildcard $(KDIR)/Makefile),$(MAKE) -C kmod KDIR="$(KDIR)" clean)
	$(MAKE) -C loader clean
	$(MAKE) -C builder clean
	rm -rf build

.PHONY: help deps modules modules_install loader builder patches demo check install
.PHONY: builder_install dkms_install uninstall dkms_uninstall clean
