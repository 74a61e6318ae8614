#!/bin/sh
# SPDX-License-Identifier: MIT
# What /proc/version says. Exit status: 0 the patch is on, 1 it is off.
cat /proc/version
grep -q ', mended, ' /proc/version
