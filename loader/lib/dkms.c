// SPDX-License-Identifier: MIT
/*
 * DKMS, by its command line. "dkms status" tells in lines
 *
 *	mend/0.1.0: added
 *	mend/0.1.0, 6.1.0-56-amd64, x86_64: installed
 */
#include "dkms.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

#define MODULE		"mend/"
#define INSTALLED_IN	"/updates/dkms"	/* see dkms.conf */

static int add(struct dkms *d, const char *version, const char *release, struct err *e)
{
	struct dkms_build *new = reallocarray(d->builds, d->nr_builds + 1, sizeof(*new));

	if (!new)
		return err_nomem(e);
	d->builds = new;
	new += d->nr_builds++;
	memset(new, 0, sizeof(*new));
	snprintf(new->version, sizeof(new->version), "%s", version);
	snprintf(new->release, sizeof(new->release), "%s", release);
	return 0;
}

/* Where that kernel is among the builds, or their number */
static size_t index_of(const struct dkms *d, const char *release)
{
	size_t i;

	for (i = 0; i < d->nr_builds; i++)
		if (!strcmp(d->builds[i].release, release))
			break;
	return i;
}

/* The next word of "mend/0.1.0, 6.1.0-56-amd64, x86_64: installed", or "" */
static const char *word(char **at)
{
	char *begin = *at + strspn(*at, ", ");
	size_t len = strcspn(begin, ",: ");

	*at = begin + len;
	if (**at)
		*(*at)++ = '\0';
	return begin;
}

/* @d gets the version of a line that is about mend, and its kernel, if it has one. */
static int take_line(struct dkms *d, char *line, struct err *e)
{
	const char *release = "";
	bool has_kernel;

	if (strncmp(line, MODULE, strlen(MODULE)))
		return 0;
	line += strlen(MODULE);
	has_kernel = line[strcspn(line, ",:")] == ',';
	snprintf(d->version, sizeof(d->version), "%s", word(&line));
	if (has_kernel)
		release = word(&line);
	return *release ? add(d, d->version, release, e) : 0;
}

static int parse(struct dkms *d, char *text, struct err *e)
{
	char *line, *save;
	int ret = 0;

	for (line = strtok_r(text, "\n", &save); line && !ret; line = strtok_r(NULL, "\n", &save))
		ret = take_line(d, line, e);
	return ret;
}

static const char *modules_dir(const struct machine *mc, const char *release, const char *what,
			       char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%s/lib/modules/%s%s", mc->root, release, what);
	return out;
}

/* Some distributions have modules compressed, so its name begins with that. */
static bool has_module(const char *path)
{
	struct dirent *entry;
	bool found = false;
	DIR *dir = opendir(path);

	while (dir && !found && (entry = readdir(dir)))
		found = !strncmp(entry->d_name, "mend.ko", strlen("mend.ko"));
	if (dir)
		closedir(dir);
	return found;
}

/*
 * DKMS forgets a build that it was to make again and could not, and leaves the module where
 * it was installed: with the certificates that it was built with.
 */
static int add_forgotten(struct dkms *d, const struct machine *mc, struct err *e)
{
	char path[PATH_MAX];
	struct dirent *entry;
	int ret = 0;
	DIR *dir = opendir(modules_dir(mc, "", "", path));

	while (dir && !ret && (entry = readdir(dir)))
		if (strlen(entry->d_name) < MEND_RELEASE_LEN &&
		    index_of(d, entry->d_name) == d->nr_builds &&
		    has_module(modules_dir(mc, entry->d_name, INSTALLED_IN, path)))
			ret = add(d, d->version, entry->d_name, e);
	if (dir)
		closedir(dir);
	return ret;
}

/* The running kernel's comes first */
static int begin_with(struct dkms *d, const char *release, struct err *e)
{
	size_t i = index_of(d, release);
	struct dkms_build first;

	if (i == d->nr_builds && add(d, d->version, release, e))
		return -1;
	first = d->builds[i];
	d->builds[i] = d->builds[0];
	d->builds[0] = first;
	return 0;
}

/*
 * The running kernel, or "": in a chroot, where the disk of another machine is made, the
 * one that runs is the host's, and nothing of it is there.
 */
static int running_here(const struct machine *mc, char release[MEND_RELEASE_LEN], struct err *e)
{
	char path[PATH_MAX];

	if (mc->uname(release))
		return err_errno(e, ERR_IO, errno, "cannot tell the running kernel's release");
	if (access(modules_dir(mc, release, "", path), F_OK))
		release[0] = '\0';
	return 0;
}

static int list_builds(struct dkms *d, const struct machine *mc, char *status, struct err *e)
{
	char running[MEND_RELEASE_LEN];

	if (parse(d, status, e) || running_here(mc, running, e))
		return -1;
	if (!d->version[0])
		return 0;
	return add_forgotten(d, mc, e) || (running[0] && begin_with(d, running, e)) ? -1 : 0;
}

int dkms_read(struct dkms *d, const struct machine *mc, struct err *e)
{
	static const char *const argv[] = { "dkms", "status", "mend", NULL };
	struct buf text = { 0 };
	int ret = command_run(argv, &text, e);

	memset(d, 0, sizeof(*d));
	if (ret && e->errnum == ENOENT)
		ret = 0;
	else if (!ret)
		ret = list_builds(d, mc, (char *)text.data, e);
	buf_free(&text);
	if (ret)
		dkms_free(d);
	return ret;
}

static int do_one(const struct dkms_build *b, const char *verb, struct err *e)
{
	char module[DKMS_VERSION_LEN + sizeof(MODULE)];
	const char *argv[] = { "dkms", verb, "--force", module, "-k", b->release, NULL };

	snprintf(module, sizeof(module), MODULE "%s", b->version);
	if (!command_run(argv, NULL, e))
		return 0;
	err_context(e, "dkms %s --force %s -k %s", verb, module, b->release);
	return err_hint(e, "see what it has printed, and /var/lib/dkms/" MODULE "%s/build/make.log",
			b->version);
}

/* What DKMS would say as well, but only after it has forgotten the build that is there. */
static int check_headers(const struct machine *mc, const char *release, struct err *e)
{
	char path[PATH_MAX];

	if (!access(modules_dir(mc, release, "/build", path), F_OK))
		return 0;
	err_set(e, ERR_INPUT, "mend.ko cannot be built for %s: its headers are not there ('%s')",
		release, path);
	return err_hint(e, "install them: on Debian, apt install linux-headers-%s", release);
}

int dkms_rebuild(struct dkms *d, const struct machine *mc, struct err *e)
{
	struct dkms_build *b;
	struct err why;
	size_t i;

	for (i = 0; i < d->nr_builds; i++) {
		b = &d->builds[i];
		b->failed = check_headers(mc, b->release, &why) || do_one(b, "build", &why) ||
			    do_one(b, "install", &why);
		if (b->failed && !i) {
			*e = why;
			return -1;
		}
	}
	return 0;
}

bool dkms_has_failed(const struct dkms *d)
{
	size_t i;

	for (i = 0; i < d->nr_builds; i++)
		if (d->builds[i].failed)
			return true;
	return false;
}

void dkms_free(struct dkms *d)
{
	free(d->builds);
	memset(d, 0, sizeof(*d));
}
