// SPDX-License-Identifier: MIT
/*
 * Changing whom this machine trusts. A file appears whole, or goes by being renamed to
 * what nobody reads: whenever it ends, the folder holds what it held or what it is to.
 */
#include "signers.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "fs.h"

#define SUFFIX	".pem"
#define ASIDE	".removed"
#define NAME_LEN_MAX	200	/* leaves room for suffixes */

/* The length of a name without what says that it was set aside */
static size_t base_len(const char *name)
{
	size_t len = strlen(name), aside = strlen(ASIDE);

	return len > aside && !strcmp(name + len - aside, ASIDE) ? len - aside : len;
}

static int is_file(const struct dirent *d)
{
	char name[NAME_MAX + 1];

	snprintf(name, sizeof(name), "%.*s", (int)base_len(d->d_name), d->d_name);
	return trust_is_file(name);
}

static void read_file(const char *dir, const char *name, struct signer_file *f)
{
	char *path = fs_path(dir, name);

	snprintf(f->name, sizeof(f->name), "%.*s", (int)base_len(name), name);
	f->aside = name[strlen(f->name)];
	if (!path)
		err_nomem(&f->why);
	else if (trust_load_file(&f->certs, path, &f->why))
		trust_free(&f->certs);
	free(path);
}

int signers_read(const struct machine *mc, struct signers *s, struct err *e)
{
	struct dirent **names = NULL;
	int n;

	memset(s, 0, sizeof(*s));
	s->dir = machine_path(mc, TRUST_DIR);
	if (!s->dir)
		return err_nomem(e);
	n = scandir(s->dir, &names, is_file, alphasort);
	if (n < 0 && errno != ENOENT) {
		err_errno(e, ERR_IO, errno, "cannot list '%s'", s->dir);
		signers_free(s);
		return -1;
	}
	s->files = calloc(n > 0 ? (size_t)n : 1, sizeof(*s->files));
	for (; s->files && n > 0 && s->nr_files < (size_t)n; s->nr_files++)
		read_file(s->dir, names[s->nr_files]->d_name, &s->files[s->nr_files]);
	fs_free_names(names, n);
	if (s->files)
		return 0;
	signers_free(s);
	return err_nomem(e);
}

void signers_free(struct signers *s)
{
	while (s->nr_files)
		trust_free(&s->files[--s->nr_files].certs);
	free(s->files);
	free(s->dir);
	memset(s, 0, sizeof(*s));
}

bool signer_is_authority(const struct trust_cert *c)
{
	return X509_check_ca(c->x509) == 1;
}

/* The file that holds that certificate, or NULL */
static const struct signer_file *find(const struct signers *s, const char *fingerprint, bool aside)
{
	const struct signer_file *f;
	size_t i, j;

	for (i = 0; i < s->nr_files; i++) {
		f = &s->files[i];
		for (j = 0; f->aside == aside && j < f->certs.nr_certs; j++)
			if (!strcmp(f->certs.certs[j].fingerprint, fingerprint))
				return f;
	}
	return NULL;
}

/* The last part of a path without ".pem"; what a file of the folder may be called */
static int file_name(const char *from, const char *name, char out[SIGNER_NAME_LEN], struct err *e)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";
	const char *slash = strrchr(from, '/');
	size_t len;

	if (!name)
		name = slash ? slash + 1 : from;
	len = strlen(name);
	if (len > strlen(SUFFIX) && !strcmp(name + len - strlen(SUFFIX), SUFFIX))
		len -= strlen(SUFFIX);
	if (!len || len > NAME_LEN_MAX || name[0] == '.' ||
	    strspn(name, allowed) != strlen(name)) {
		err_set(e, ERR_INPUT, "'%s' cannot be the name of a trusted certificate", name);
		return err_hint(e, "it is made of letters, digits, '.', '_' and '-'; --name gives "
				"another");
	}
	snprintf(out, SIGNER_NAME_LEN, "%.*s" SUFFIX, (int)len, name);
	return 0;
}

static int write_cert(const char *path, X509 *x509, struct err *e)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data;
	long len;
	int ret;

	if (!bio || !PEM_write_bio_X509(bio, x509)) {
		ret = crypto_error(e, "cannot encode the certificate");
	} else {
		len = BIO_get_mem_data(bio, &data);
		ret = fs_write(path, (struct bytes){ (uint8_t *)data, (size_t)len }, 0644, false,
			       e);
	}
	BIO_free(bio);
	return ret;
}

static int make_dirs(const struct machine *mc, struct err *e)
{
	static const char *const dirs[] = { "/etc/mend", TRUST_DIR };
	int ret = 0;
	char *path;
	size_t i;

	for (i = 0; i < 2 && !ret; i++) {
		path = machine_path(mc, dirs[i]);
		if (!path)
			return err_nomem(e);
		if (fs_make_dir(path) < 0)
			ret = err_errno(e, ERR_IO, errno, "cannot make '%s'", path);
		free(path);
	}
	return ret;
}

static int check(const struct trust *t, const char *from, int64_t now, struct err *e)
{
	if (t->nr_certs != 1) {
		err_set(e, ERR_KEY, "'%s' holds %zu certificates", from, t->nr_certs);
		return err_hint(e, "give each a file of its own: mend follows no chains, and the "
				"signer's alone is wanted");
	}
	return trust_check_time(&t->certs[0], now, e);
}

static int add_to(const struct signers *s, const char *file, struct signer_change *ch,
		  struct err *e)
{
	const struct signer_file *f = find(s, ch->certs.certs[0].fingerprint, false);

	ch->was_there = f;
	ch->path = fs_path(s->dir, f ? f->name : file);
	if (!ch->path)
		return err_nomem(e);
	if (f)
		return 0;
	if (!write_cert(ch->path, ch->certs.certs[0].x509, e))
		return fs_sync_parent(ch->path, e);
	if (e->reason == ERR_EXISTS)
		err_hint(e, "that is another certificate: --name gives this one another name");
	return -1;
}

static void drop(struct signer_change *ch)
{
	free(ch->path);
	free(ch->aside);
	trust_free(&ch->certs);
	trust_free(&ch->gone);
	memset(ch, 0, sizeof(*ch));
}

int signers_add(const struct machine *mc, const char *from, const char *name, int64_t now,
		struct signer_change *ch, struct err *e)
{
	char file[SIGNER_NAME_LEN];
	struct signers s;
	int ret;

	memset(ch, 0, sizeof(*ch));
	if (trust_load_file(&ch->certs, from, e) || check(&ch->certs, from, now, e) ||
	    file_name(from, name, file, e) || make_dirs(mc, e) || signers_read(mc, &s, e)) {
		drop(ch);
		return -1;
	}
	ret = add_to(&s, file, ch, e);
	signers_free(&s);
	if (ret)
		drop(ch);
	return ret;
}

static int set_aside(const struct signers *s, const char *file, struct signer_change *ch,
		     struct err *e)
{
	ch->path = fs_path(s->dir, file);
	if (!ch->path || asprintf(&ch->aside, "%s" ASIDE, ch->path) < 0) {
		ch->aside = NULL;
		return err_nomem(e);
	}
	/* left by one that was killed */
	ch->was_there = access(ch->path, F_OK) && !access(ch->aside, F_OK);
	if (ch->was_there)
		return 0;
	if (!rename(ch->path, ch->aside))
		return fs_sync_parent(ch->path, e);
	if (errno != ENOENT)
		return err_errno(e, ERR_IO, errno, "cannot rename '%s'", ch->path);
	err_set(e, ERR_INPUT, "there is no trusted certificate '%s'", ch->path);
	return err_hint(e, "'mend trust --list' shows them: name a file, or a fingerprint");
}

int signers_remove(const struct machine *mc, const char *which, struct signer_change *ch,
		   struct err *e)
{
	char file[SIGNER_NAME_LEN];
	const struct signer_file *f;
	struct signers s;
	struct err ignored;
	int ret;

	memset(ch, 0, sizeof(*ch));
	if (file_name("", which, file, e) || signers_read(mc, &s, e))
		return -1;
	f = find(&s, which, false);
	if (!f)
		f = find(&s, which, true);
	ret = set_aside(&s, f ? f->name : file, ch, e);
	signers_free(&s);
	if (ret)
		drop(ch);
	else if (trust_load_file(&ch->gone, ch->aside, &ignored))
		memset(&ch->gone, 0, sizeof(ch->gone));
	return ret;
}

int signer_keep(struct signer_change *ch, struct err *e)
{
	int ret = 0;

	if (ch->aside && unlink(ch->aside) && errno != ENOENT)
		ret = err_errno(e, ERR_IO, errno, "cannot remove '%s'", ch->aside);
	else if (ch->aside)
		ret = fs_sync_parent(ch->path, e);
	drop(ch);
	return ret;
}

int signer_undo(struct signer_change *ch, struct err *e)
{
	int ret = 0;

	if (ch->aside && rename(ch->aside, ch->path))
		ret = err_errno(e, ERR_IO, errno, "cannot rename '%s' back", ch->aside);
	else if (!ch->aside && !ch->was_there && unlink(ch->path))
		ret = err_errno(e, ERR_IO, errno, "cannot remove '%s' again", ch->path);
	if (!ret)
		ret = fs_sync_parent(ch->path, e);
	drop(ch);
	return ret;
}
