# SPDX-License-Identifier: MIT
#
# Has kbuild say how it compiles one object of the kernel. With KBUILD_EXTMOD set the
# top Makefile prepares nothing in the objects' folder; the object itself is then asked
# for as if it were the kernel's own. Called with -n by lib/compile.sh.
include $(abs_srctree)/Makefile

mend-one-object:
	+unset KBUILD_EXTMOD; $(MAKE) -f $(srctree)/scripts/Makefile.build obj=$(MEND_FOLDER) \
		KBUILD_EXTMOD= VPATH=$(abs_srctree) building_out_of_srctree=1 \
		srcroot=$(abs_srctree) need-modorder=1 single-build=1 KBUILD_MODULES=1 \
		KBUILD_BUILTIN=1 $(MEND_OBJECT)

.PHONY: mend-one-object
