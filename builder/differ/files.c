// SPDX-License-Identifier: MIT
/* Text files; see files.h. */
#include "files.h"

#include "fail.h"

FILE *file_open(const char *path)
{
	FILE *f = fopen(path, "re");

	if (!f)
		fail("%s: cannot be opened: %m", path);
	return f;
}

FILE *file_create(const char *path)
{
	FILE *f = fopen(path, "we");

	if (!f)
		fail("%s: cannot be written: %m", path);
	return f;
}

void file_written(FILE *f, const char *path)
{
	if (fclose(f))
		fail("%s: cannot be written: %m", path);
}
