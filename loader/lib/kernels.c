// SPDX-License-Identifier: MIT
/*
 * Installed kernels, by the names of their images. A kernel that is installed and does
 * not run is what a reboot would bring.
 */
#include "kernels.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#define IMAGE		"vmlinuz-"

const char *kernels_flavour(const char *release)
{
	const char *at = release;

	while ((at = strchr(at, '-'))) {
		if (at[1] >= 'a' && at[1] <= 'z')
			return at;
		at++;
	}
	return "";
}

/* Other names are links as "vmlinuz-old", or what installing over a kernel has kept. */
static bool is_release(const char *name)
{
	const char *end = strrchr(name, '.');

	return name[0] >= '0' && name[0] <= '9' && name[strlen(name) - 1] != '~' &&
	       !(end && (!strcmp(end, ".old") || !strcmp(end, ".bak") ||
			 !strncmp(end, ".dpkg-", 6) || !strncmp(end, ".rpm", 4)));
}

static void consider(const char *release, const char *found, char out[MEND_RELEASE_LEN])
{
	size_t len = strlen(found);

	if (len >= MEND_RELEASE_LEN || !is_release(found) ||
	    strcmp(kernels_flavour(release), kernels_flavour(found)) ||
	    strverscmp(found, out[0] ? out : release) <= 0)
		return;
	memcpy(out, found, len + 1);
}

bool kernels_newer(const struct machine *mc, const char *release, char out[MEND_RELEASE_LEN])
{
	char *path = machine_path(mc, "/boot");
	DIR *dir = path ? opendir(path) : NULL;
	struct dirent *d;

	out[0] = '\0';
	while (dir && (d = readdir(dir)))
		if (!strncmp(d->d_name, IMAGE, strlen(IMAGE)))
			consider(release, d->d_name + strlen(IMAGE), out);
	if (dir)
		closedir(dir);
	free(path);
	return out[0];
}
