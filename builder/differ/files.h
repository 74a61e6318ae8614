/* SPDX-License-Identifier: MIT */
/* Small text files between the passes and mend-build; what goes wrong ends the program. */
#ifndef MEND_DIFFER_FILES_H
#define MEND_DIFFER_FILES_H

#include <stdio.h>

/** file_open() - for reading; ends with fclose() */
FILE *file_open(const char *path);

/** file_create() - for writing; ends with file_written() */
FILE *file_create(const char *path);

/** file_written() - close it; @path: for the message if it could not be written */
void file_written(FILE *f, const char *path);

#endif /* MEND_DIFFER_FILES_H */
