// SPDX-License-Identifier: MIT
/*
 * What has changed in whom this machine trusts, and what is left to do: mend.ko has its
 * certificates compiled in, and is not unloaded behind anybody's back.
 */
#include "ui_trust.h"

#include <stdio.h>
#include <string.h>

#include "lib/json.h"
#include "lib/utc.h"
#include "ui.h"

#define STEPS_LEN	1500

void ui_trust_look(const struct machine *mc, struct ui_trust_report *r)
{
	struct err ignored;

	r->loaded = !sysfs_read(&r->patches, mc, &ignored);
	if (!r->loaded)
		memset(&r->patches, 0, sizeof(r->patches));
}

void ui_trust_free(struct ui_trust_report *r)
{
	sysfs_free(&r->patches);
}

/* It was on, and its author has not said that it may go: only a reboot unloads it. */
static bool is_stuck(const struct sysfs_patch *p)
{
	return p->forced || (!p->unloadable && p->switched_at);
}

static void append_names(struct buf *out, const struct sysfs_patches *all)
{
	size_t i;

	for (i = 0; i < all->nr_patches; i++)
		if (!i || strcmp(all->patches[i].name, all->patches[i - 1].name))
			buf_printf(out, " %s", all->patches[i].name);
}

static void steps_to_load(const struct ui_trust_report *r, struct buf *out)
{
	const struct sysfs_patches *all = &r->patches;
	size_t i;

	if (!r->loaded) {
		buf_printf(out, "modprobe mend");
		return;
	}
	for (i = 0; i < all->nr_patches; i++) {
		if (!is_stuck(&all->patches[i]))
			continue;
		buf_printf(out, "reboot: mend.ko has to be loaded again, and the payload of '%s' "
			   "cannot be unloaded", all->patches[i].name);
		return;
	}
	buf_printf(out, "load mend.ko again: ");
	if (all->nr_patches) {
		buf_printf(out, "mend revert");
		append_names(out, all);
		buf_printf(out, " --unload, then ");
	}
	buf_printf(out, "rmmod mend && modprobe mend");
}

/* Kernels whose mend.ko is as it was: somebody may boot them. */
static void steps_to_build(const struct ui_trust_report *r, struct buf *out)
{
	const struct dkms_build *b;
	size_t i;

	for (i = 0; i < r->dkms->nr_builds; i++) {
		b = &r->dkms->builds[i];
		if (b->failed)
			buf_printf(out, "mend.ko for %s %s it: once its headers are installed, "
				   "'dkms build --force mend/%s -k %s' and 'dkms install' likewise, "
				   "or remove that kernel; then ", b->release,
				   r->removed ? "still trusts" : "does not trust", b->version,
				   b->release);
	}
}

/* What is left for the admin to do */
static const char *steps(const struct ui_trust_report *r, char out[STEPS_LEN])
{
	struct buf text = { 0 };

	if (!r->dkms->nr_builds)
		buf_printf(&text, "build mend.ko again%s, such as by 'make modules_install' in its "
			   "sources; then ", r->keep_module ? "" : ", which DKMS does not do here");
	steps_to_build(r, &text);
	steps_to_load(r, &text);
	snprintf(out, STEPS_LEN, "%.*s", (int)text.len, (const char *)text.data);
	buf_free(&text);
	return out;
}

static void print_cert(const struct trust_cert *c)
{
	char until[UTC_LEN] = "?";

	utc_format(c->not_after, until);
	ui_field("until", "%s", until);
	ui_field("fingerprint", "%s", c->fingerprint);
	if (signer_is_authority(c))
		ui_field("note", "it is an authority's: what that has certified is not trusted");
}

static void print_builds(const struct dkms *d)
{
	const struct dkms_build *b;
	size_t i;

	for (i = 0; i < d->nr_builds; i++) {
		b = &d->builds[i];
		ui_field("mend.ko", b->failed ? "NOT built again for %s" :
			 "built again for %s", b->release);
	}
}

static const struct trust_cert *cert_of(const struct ui_trust_report *r)
{
	return r->change->certs.nr_certs ? &r->change->certs.certs[0] : NULL;
}

int ui_trust(const struct ui_trust_report *r)
{
	const struct trust_cert *c = cert_of(r);
	char text[STEPS_LEN];

	if (c)
		ui_text(stdout, c->subject);
	else
		ui_text(stdout, r->change->path);
	printf(" is %s.\n", !c ? "not trusted any more" :
	       r->change->was_there ? "trusted already" : "trusted");
	if (c)
		print_cert(c);
	if (c)
		ui_field("file", "%s", r->change->path);
	print_builds(r->dkms);
	ui_field("what to do", "%s", steps(r, text));
	return EXIT_CODE_OK;
}

static json_t *cert_json(const struct trust_cert *c)
{
	json_t *json = json_signer(c);

	json_object_set_new(json, "authority", json_boolean(signer_is_authority(c)));
	return json;
}

static json_t *builds_json(const struct dkms *d, bool failed)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < d->nr_builds; i++)
		if (d->builds[i].failed == failed)
			json_array_append_new(list, json_text(d->builds[i].release));
	return list;
}

json_t *ui_trust_json(const struct ui_trust_report *r)
{
	const struct trust_cert *c = cert_of(r);
	json_t *json = json_object();
	char text[STEPS_LEN];

	json_object_set_new(json, "file", json_text(r->change->path));
	json_object_set_new(json, "trusted", json_boolean(c));
	json_object_set_new(json, "was_there", json_boolean(c && r->change->was_there));
	json_object_set_new(json, "signer", c ? cert_json(c) : json_null());
	json_object_set_new(json, "built", builds_json(r->dkms, false));
	json_object_set_new(json, "not_built", builds_json(r->dkms, true));
	json_object_set_new(json, "reload_needed", json_boolean(r->loaded));
	json_object_set_new(json, "hint", json_text(steps(r, text)));
	return json;
}

static const char *state_of(const struct signer_file *f)
{
	struct err e;

	if (f->aside)
		return "not removed yet";
	if (!trust_check_time(&f->certs.certs[0], ui_now(), &e))
		return "valid";
	return e.reason == MEND_R_CERT_EXPIRED ? "expired" : "not valid yet";
}

int ui_trust_list(const struct signers *s)
{
	const struct signer_file *f;
	size_t i;

	for (i = 0; i < s->nr_files; i++) {
		f = &s->files[i];
		printf("%s: ", f->name);
		if (!f->certs.nr_certs) {
			ui_text(stdout, f->why.message);
			putchar('\n');
			continue;
		}
		ui_text(stdout, f->certs.certs[0].subject);
		putchar('\n');
		ui_field("state", "%s", f->certs.nr_certs > 1 ?
			 "more than one certificate: mend.ko cannot be built with it" : state_of(f));
		print_cert(&f->certs.certs[0]);
		if (f->aside)
			ui_field("what to do", "finish it: mend trust --remove %s", f->name);
	}
	if (!s->nr_files)
		printf("Nobody is trusted: there is no certificate in %s.\n", s->dir);
	return EXIT_CODE_OK;
}

json_t *ui_trust_list_json(const struct signers *s)
{
	json_t *doc = json_object(), *list = json_array(), *json;
	const struct signer_file *f;
	size_t i;

	for (i = 0; i < s->nr_files; i++) {
		f = &s->files[i];
		json = json_object();
		json_object_set_new(json, "file", json_text(f->name));
		json_object_set_new(json, "signer", f->certs.nr_certs ?
				    cert_json(&f->certs.certs[0]) : json_null());
		json_object_set_new(json, "state", f->certs.nr_certs ?
				    json_string(state_of(f)) : json_null());
		json_object_set_new(json, "error", f->certs.nr_certs ? json_null() :
				    json_text(f->why.message));
		json_array_append_new(list, json);
	}
	json_object_set_new(doc, "certificates", list);
	return doc;
}
