# SPDX-License-Identifier: MIT
#
# Has kbuild say how it compiles one object of the kernel, or what it makes in a folder.
# With KBUILD_EXTMOD set the top Makefile prepares nothing in the objects' folder; kbuild
# is then asked as if for the kernel itself. Called with -n by lib/compile.sh.
include $(abs_srctree)/Makefile

as-kernel := obj=$(MEND_FOLDER) KBUILD_EXTMOD= VPATH=$(abs_srctree) building_out_of_srctree=1 \
	srcroot=$(abs_srctree) need-modorder=1 KBUILD_MODULES=1 KBUILD_BUILTIN=1

mend-one-object:
	+unset KBUILD_EXTMOD; $(MAKE) -f $(srctree)/scripts/Makefile.build $(as-kernel) \
		single-build=1 $(MEND_OBJECT)

mend-folder:
	+unset KBUILD_EXTMOD; $(MAKE) -f $(MEND_LIB)/folder.mk $(as-kernel) mend-folder

.PHONY: mend-one-object mend-folder
