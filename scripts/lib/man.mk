# SPDX-License-Identifier: MIT
#
# Manual pages, made with scdoc: one for every NAME.SECTION.scd beside the Makefile
# that includes this, after it has set here to its folder with a slash.
#
#   make                 build them; O=DIR puts them into DIR
#   make install         DESTDIR=, PREFIX=/usr/local; make uninstall removes that again
#
# Without scdoc there is no manual, and nothing fails.

PREFIX ?= /usr/local
DESTDIR ?=
SCDOC ?= scdoc
O ?= $(here:%/=%)

names := $(basename $(notdir $(wildcard $(here)*.scd)))
pages := $(addprefix $(O)/,$(names))
section = $(patsubst .%,%,$(suffix $(1)))

ifeq ($(shell command -v $(SCDOC)),)
all install:
	@echo "  SKIP    manual pages: there is no $(SCDOC) (Debian package scdoc)"
else
all: $(pages)

install: all
	$(foreach page,$(names),install -D -m 644 $(O)/$(page) \
		$(DESTDIR)$(PREFIX)/share/man/man$(call section,$(page))/$(page) &&) true
endif

$(O)/%: $(here)%.scd
	@mkdir -p $(@D)
	@echo "  SCDOC   $(@F)"
	@$(SCDOC) <$< >$@.new && mv $@.new $@ || { rm -f $@.new; exit 1; }

uninstall:
	$(foreach page,$(names),\
		rm -f $(DESTDIR)$(PREFIX)/share/man/man$(call section,$(page))/$(page) &&) true

clean:
	rm -f $(pages)

.PHONY: all install uninstall check clean
