/* SPDX-License-Identifier: MIT */
/* Debug information of an object. */
#ifndef MEND_DIFFER_DEBUGINFO_H
#define MEND_DIFFER_DEBUGINFO_H

#include <elfutils/libdw.h>

/** debuginfo_open() - fails the program if there is none */
Dwarf *debuginfo_open(const char *path);

#endif /* MEND_DIFFER_DEBUGINFO_H */
