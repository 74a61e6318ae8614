// SPDX-License-Identifier: MIT
/*
 * DKMS, by its command line. "dkms status" tells in lines
 *
 *	mend/0.1.0: added
 *	mend/0.1.0, 6.1.0-56-amd64, x86_64: installed
 */
#include "dkms.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

#define MODULE	"mend/"

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

/* The running kernel's comes first; of versions, that which DKMS names last */
static int begin_with(struct dkms *d, const char *release, const char *version, struct err *e)
{
	struct dkms_build first;
	size_t i;

	for (i = 0; i < d->nr_builds; i++)
		if (!strcmp(d->builds[i].release, release))
			break;
	if (i == d->nr_builds && add(d, version, release, e))
		return -1;
	first = d->builds[i];
	d->builds[i] = d->builds[0];
	d->builds[0] = first;
	return 0;
}

/* The version of a line that is about mend, or NULL; @d gets its kernel, if it has one. */
static const char *take_line(struct dkms *d, char *line, struct err *e)
{
	const char *version, *release = "";
	bool has_kernel;

	if (strncmp(line, MODULE, strlen(MODULE)))
		return NULL;
	line += strlen(MODULE);
	has_kernel = line[strcspn(line, ",:")] == ',';
	version = word(&line);
	if (has_kernel)
		release = word(&line);
	return *release && add(d, version, release, e) ? NULL : version;
}

int dkms_parse(struct dkms *d, char *text, const char *running, struct err *e)
{
	const char *version, *last = NULL;
	char *line, *save;

	memset(d, 0, sizeof(*d));
	memset(e, 0, sizeof(*e));
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		version = take_line(d, line, e);
		if (version)
			last = version;
	}
	if (!e->reason && last && *running)
		begin_with(d, running, last, e);
	if (!e->reason)
		return 0;
	dkms_free(d);
	return -1;
}

/*
 * The running kernel, or "": in a chroot, where the disk of another machine is made, the
 * one that runs is the host's, and nothing of it is there.
 */
static int running_here(const struct machine *mc, char release[MEND_RELEASE_LEN], struct err *e)
{
	char *path;

	if (mc->uname(release))
		return err_errno(e, ERR_IO, errno, "cannot tell the running kernel's release");
	if (asprintf(&path, "%s/lib/modules/%s", mc->root, release) < 0)
		return err_nomem(e);
	if (access(path, F_OK))
		release[0] = '\0';
	free(path);
	return 0;
}

int dkms_read(struct dkms *d, const struct machine *mc, struct err *e)
{
	static const char *const argv[] = { "dkms", "status", "mend", NULL };
	char running[MEND_RELEASE_LEN];
	struct buf text = { 0 };
	int ret;

	memset(d, 0, sizeof(*d));
	if (running_here(mc, running, e))
		return -1;
	ret = command_run(argv, &text, e);
	if (ret && e->errnum == ENOENT)
		ret = 0;
	else if (!ret)
		ret = dkms_parse(d, (char *)text.data, running, e);
	buf_free(&text);
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
	return err_hint(e, "see what it has printed, and /var/lib/dkms/" MODULE "%s/build/make.log; "
			"the kernel's headers have to be installed", b->version);
}

int dkms_rebuild(struct dkms *d, struct err *e)
{
	struct dkms_build *b;
	struct err why;
	size_t i;

	for (i = 0; i < d->nr_builds; i++) {
		b = &d->builds[i];
		b->failed = do_one(b, "build", &why) || do_one(b, "install", &why);
		if (b->failed && !i) {
			*e = why;
			return -1;
		}
	}
	return 0;
}

void dkms_free(struct dkms *d)
{
	free(d->builds);
	memset(d, 0, sizeof(*d));
}
