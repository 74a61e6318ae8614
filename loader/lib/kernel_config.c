// SPDX-License-Identifier: MIT
/*
 * Reading a kernel's config, compressed or not, wherever it may be.
 */
#include "kernel_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gz.h"

#define CONFIG_MAX	(4U << 20)
#define MODULES_BUILD	"/build"

bool kernel_config_read(const struct machine *mc, const char *release, struct kernel_config *k)
{
	static const struct { const char *before, *behind; } places[] = {
		{ "/boot/config-", "" }, { "/lib/modules/", "/config" },
		{ "/lib/modules/", MODULES_BUILD "/.config" },
	};
	char path[512];
	size_t i;

	snprintf(path, sizeof(path), "%s/proc/config.gz", mc->root);
	k->text = gz_read_text(path, CONFIG_MAX);
	for (i = 0; i < sizeof(places) / sizeof(places[0]) && !k->text; i++) {
		snprintf(path, sizeof(path), "%s%s%s%s", mc->root, places[i].before, release,
			 places[i].behind);
		k->text = gz_read_text(path, CONFIG_MAX);
	}
	return k->text;
}

bool kernel_config_has(const struct kernel_config *k, const char *option)
{
	char wanted[80];
	const char *at = k->text;
	int len;

	len = snprintf(wanted, sizeof(wanted), "CONFIG_%s=", option);
	for (; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (!strncmp(at, wanted, (size_t)len))
			return at[len] == 'y' || at[len] == 'm';
	}
	return false;
}

void kernel_config_free(struct kernel_config *k)
{
	free(k->text);
	k->text = NULL;
}
