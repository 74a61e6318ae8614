# SPDX-License-Identifier: MIT
#
# What kbuild makes in a folder with this configuration, as its own rules see it: lines
# "part OBJECT", and "folder FOLDER" for those that it enters from there.
include $(srctree)/scripts/Makefile.build

$(foreach name,$(real-obj-y) $(real-obj-m) $(lib-y),$(info part $(name)))
$(foreach name,$(subdir-ym),$(info folder $(name)))

mend-folder: ;
