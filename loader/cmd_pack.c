// SPDX-License-Identifier: MIT
/*
 * mend pack
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"
#include "lib/json.h"
#include "lib/kernel_image.h"
#include "lib/pack.h"
#include "lib/utc.h"
#include "ui.h"

static const char help[] =
	"Usage: mend pack -o OUT.mend --name NAME --generation N --kind KIND --severity LEVEL\n"
	"            --title TEXT --payload FILE.ko[@KERNEL] ... [OPTIONS]\n"
	"\n"
	"Puts payloads (kernel modules built with mend/patch.h) into a bundle. Same inputs, same\n"
	"bytes. With --key and --cert it is signed at once; otherwise 'mend sign' does that, and\n"
	"until then no other command accepts it.\n"
	"\n"
	"  -o, --output FILE    the bundle; replaced if it is there\n"
	"  --name NAME          of the patch: a-z, 0-9 and '-', begins with a letter\n"
	"  --generation N       1 or more; a higher one replaces a lower one of that name\n"
	"  --kind KIND          security, bugfix, feature or test\n"
	"  --severity LEVEL     critical, important, moderate, low or none\n"
	"  --title TEXT         one line for people\n"
	"  --id TOKEN           the advisory's name (NAME.N)\n"
	"  --cve CVE            CVE-YYYY-NNNN that it fixes; may be repeated\n"
	"  --replaces MODE      none, or cumulative: supersedes all lower generations (none)\n"
	"  --created TIME       YYYY-MM-DDTHH:MM:SSZ ($SOURCE_DATE_EPOCH, or now)\n"
	"  --expires TIME       refuse it from then on (never)\n"
	"  --vex FILE           OpenVEX document to include\n"
	"  --sbom FILE          SPDX or CycloneDX document to include\n"
	"  --payload FILE[@KERNEL]  may be repeated, one for each kernel release. KERNEL tells\n"
	"                       the exact kernel build: a build-id of 40 hex digits, or a file to\n"
	"                       read it from: vmlinuz, vmlinux, or a copy of /sys/kernel/notes.\n"
	"                       Without it: the running kernel, if that has the release that the\n"
	"                       payload is for.\n"
	"  --func OBJECT:SYMBOL:SYMPOS  only for payloads that do not tell themselves what they\n"
	"                       replace; may be repeated; OBJECT is vmlinux or a module, SYMPOS 0\n"
	"                       if there is only one function of that name\n"
	"  --key FILE           sign with this key (PEM)\n"
	"  --cert FILE          and this certificate (PEM)\n"
	"  --json               print what was packed as JSON\n"
	"\n"
	"Examples:\n"
	"  mend pack -o fix.mend --name fix --generation 1 --kind security \\\n"
	"       --severity important --cve CVE-2026-1234 --title 'Check the length' \\\n"
	"       --payload mend_fix_1.ko --key keys/mend.key --cert keys/mend.pem\n"
	"  mend pack -o fix.mend --name fix --generation 2 --kind bugfix --severity low \\\n"
	"       --title 'For two kernels' \\\n"
	"       --payload a/mend_fix_2.ko@/boot/vmlinuz-6.1.0-56-amd64 \\\n"
	"       --payload b/mend_fix_2.ko@3b43fad5034874490492495d552c0af6a5fab235\n";

enum {
	OPT_NAME = OPT_FIRST, OPT_GENERATION, OPT_KIND, OPT_SEVERITY, OPT_TITLE, OPT_ID, OPT_CVE,
	OPT_REPLACES, OPT_CREATED, OPT_EXPIRES, OPT_VEX, OPT_SBOM, OPT_PAYLOAD, OPT_FUNC, OPT_KEY,
	OPT_CERT,
};

static const struct option options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "name", required_argument, NULL, OPT_NAME },
	{ "generation", required_argument, NULL, OPT_GENERATION },
	{ "kind", required_argument, NULL, OPT_KIND },
	{ "severity", required_argument, NULL, OPT_SEVERITY },
	{ "title", required_argument, NULL, OPT_TITLE },
	{ "id", required_argument, NULL, OPT_ID },
	{ "cve", required_argument, NULL, OPT_CVE },
	{ "replaces", required_argument, NULL, OPT_REPLACES },
	{ "created", required_argument, NULL, OPT_CREATED },
	{ "expires", required_argument, NULL, OPT_EXPIRES },
	{ "vex", required_argument, NULL, OPT_VEX },
	{ "sbom", required_argument, NULL, OPT_SBOM },
	{ "payload", required_argument, NULL, OPT_PAYLOAD },
	{ "func", required_argument, NULL, OPT_FUNC },
	{ "key", required_argument, NULL, OPT_KEY },
	{ "cert", required_argument, NULL, OPT_CERT },
	UI_OPTIONS
};

/* What the command line says; the manifest's head is in pack. */
struct request {
	struct pack pack;
	const char *output, *vex, *sbom, *key, *cert;
	char *payloads[MEND_PAYLOADS_MAX];
	size_t nr_payloads;
	struct manifest_func funcs[MEND_FUNCS_MAX];
	size_t nr_funcs;
	bool has_created;
	char id[MEND_NAME_LEN + 24];
};

/* "OBJECT:SYMBOL:SYMPOS", split in place */
static bool take_func(struct request *r, char *text)
{
	char *symbol = strchr(text, ':');
	char *sympos = symbol ? strchr(symbol + 1, ':') : NULL;
	uint64_t n;

	if (!sympos || r->nr_funcs == MEND_FUNCS_MAX)
		return false;
	*symbol++ = '\0';
	*sympos++ = '\0';
	if (!manifest_is_object(text) || !manifest_is_symbol(symbol) ||
	    !manifest_number(sympos, 0, UINT32_MAX, &n))
		return false;
	r->funcs[r->nr_funcs++] = (struct manifest_func){ text, symbol, (uint32_t)n };
	return true;
}

static bool set_if(bool valid, const char **out, const char *value)
{
	*out = value;
	return valid;
}

/* One option into the manifest's head; false if its value has not the right form. */
static bool take_head(struct request *r, int c, char *v)
{
	struct manifest *m = &r->pack.bundle.manifest;

	switch (c) {
	case OPT_NAME:
		return set_if(manifest_is_name(v), &m->name, v);
	case OPT_GENERATION:
		return manifest_number(v, 1, INT64_MAX, &m->generation);
	case OPT_KIND:
		return set_if(manifest_is_word(manifest_kinds, v), &m->kind, v);
	case OPT_SEVERITY:
		return set_if(manifest_is_word(manifest_severities, v), &m->severity, v);
	case OPT_TITLE:
		return set_if(*v, &m->title, v);
	case OPT_ID:
		return set_if(manifest_is_token(v), &m->id, v);
	case OPT_CVE:
		if (m->nr_cves == MEND_CVES_MAX)
			return false;
		return set_if(manifest_is_cve(v), &m->cves[m->nr_cves++], v);
	case OPT_REPLACES:
		return set_if(manifest_is_word(manifest_modes, v), &m->replaces, v);
	case OPT_CREATED:
		r->has_created = true;
		return utc_parse(v, &m->created);
	case OPT_EXPIRES:
		m->has_expires = true;
		return utc_parse(v, &m->expires);
	default:
		return false;
	}
}

static bool take_option(struct request *r, int c, char *v)
{
	switch (c) {
	case 'o':
		r->output = v;
		return true;
	case OPT_VEX:
		r->vex = v;
		return true;
	case OPT_SBOM:
		r->sbom = v;
		return true;
	case OPT_KEY:
		r->key = v;
		return true;
	case OPT_CERT:
		r->cert = v;
		return true;
	case OPT_FUNC:
		return take_func(r, v);
	case OPT_PAYLOAD:
		if (r->nr_payloads == MEND_PAYLOADS_MAX)
			return false;
		r->payloads[r->nr_payloads++] = v;
		return true;
	default:
		return take_head(r, c, v);
	}
}

static const char *missing(const struct request *r)
{
	const struct manifest *m = &r->pack.bundle.manifest;

	return !r->output ? "-o OUT.mend" :
	       !m->name ? "--name" :
	       !m->generation ? "--generation" :
	       !m->kind ? "--kind" :
	       !m->severity ? "--severity" :
	       !m->title ? "--title" :
	       !r->nr_payloads ? "--payload" :
	       r->key && !r->cert ? "--cert" :
	       r->cert && !r->key ? "--key" : NULL;
}

static int take_defaults(struct request *r, struct err *e)
{
	struct manifest *m = &r->pack.bundle.manifest;
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	uint64_t seconds;

	if (!m->replaces)
		m->replaces = "none";
	if (!m->id) {
		snprintf(r->id, sizeof(r->id), "%s.%ju", m->name, (uintmax_t)m->generation);
		m->id = r->id;
	}
	if (r->has_created)
		return 0;
	m->created = ui_now();
	if (!epoch)
		return 0;
	if (!manifest_number(epoch, 0, 253402300799, &seconds))
		return err_set(e, ERR_INPUT, "SOURCE_DATE_EPOCH is '%s', which is no time", epoch);
	m->created = (int64_t)seconds;
	return 0;
}

/* "FILE" or "FILE@KERNEL", split in place at the last '@' */
static int add_payload(struct request *r, char *text, struct err *e)
{
	struct pack_funcs given = { r->funcs, r->nr_funcs };
	char *kernel = strrchr(text, '@');
	uint8_t build_id[MEND_BUILD_ID_LEN];

	if (kernel) {
		*kernel++ = '\0';
		if (!hex_decode(build_id, sizeof(build_id), kernel) &&
		    kernel_image_build_id(kernel, build_id, e))
			return err_context(e, "payload '%s'", text);
	}
	return pack_add_payload(&r->pack, text, kernel ? build_id : NULL, &given, e);
}

static int write_bundle(struct request *r, EVP_PKEY *key, X509 *cert, size_t *size, struct err *e)
{
	struct buf out = { 0 };
	int ret;

	ret = pack_finish(&r->pack, key, cert, &out, e);
	if (!ret)
		ret = fs_write(r->output, buf_bytes(&out), 0644, true, e);
	*size = out.len;
	buf_free(&out);
	return ret;
}

static int pack(struct request *r, size_t *size, struct err *e)
{
	struct trust t = { 0 };
	EVP_PKEY *key = NULL;
	size_t i;
	int ret;

	if (take_defaults(r, e))
		return -1;
	for (i = 0; i < r->nr_payloads; i++)
		if (add_payload(r, r->payloads[i], e))
			return -1;
	if ((r->vex && pack_add_metadata(&r->pack, r->vex, true, e)) ||
	    (r->sbom && pack_add_metadata(&r->pack, r->sbom, false, e)) ||
	    (r->key && ui_key_load(r->key, r->cert, &key, &t, e)))
		return -1;
	ret = write_bundle(r, key, key ? t.certs[0].x509 : NULL, size, e);
	EVP_PKEY_free(key);
	trust_free(&t);
	return ret;
}

static int print(const struct ui *ui, const struct request *r, size_t size)
{
	const struct manifest *m = &r->pack.bundle.manifest;
	json_t *doc;
	size_t i;

	if (ui->json) {
		doc = json_object();
		json_object_set_new(doc, "bundle", json_text(r->output));
		json_object_set_new(doc, "size", json_integer((json_int_t)size));
		json_object_set_new(doc, "signed", json_boolean(r->key));
		json_object_set_new(doc, "manifest", json_manifest(m));
		return ui_json(doc);
	}
	printf("%s: '%s' generation %ju, %zu bytes, %s\n", r->output, m->name,
	       (uintmax_t)m->generation, size, r->key ? "signed" : "not signed");
	for (i = 0; i < m->nr_payloads; i++)
		ui_field("payload", "%s, %zu function%s", m->payloads[i].release,
			 m->payloads[i].nr_funcs, m->payloads[i].nr_funcs == 1 ? "" : "s");
	if (!r->key)
		ui_field("next", "mend sign %s --key KEY --cert CERT", r->output);
	return EXIT_CODE_OK;
}

static int run_request(struct ui *ui, struct request *r, int argc, char **argv)
{
	size_t size;
	struct err e;
	int c;

	while ((c = ui_getopt(ui, argc, argv, ":o:", options)) != -1) {
		if (c == '?')
			return ui->exit;
		if (!take_option(r, c, optarg))
			return ui_usage(ui, "'%s' is no value of that option, or one too many",
					optarg);
	}
	if (optind != argc)
		return ui_usage(ui, "'%s' belongs to no option", argv[optind]);
	if (missing(r))
		return ui_usage(ui, "%s is missing", missing(r));
	return pack(r, &size, &e) ? ui_fail(ui, &e) : print(ui, r, size);
}

static int run(struct ui *ui, int argc, char **argv)
{
	struct request *r = calloc(1, sizeof(*r));
	struct err e;
	int code;

	if (!r) {
		err_nomem(&e);
		return ui_fail(ui, &e);
	}
	code = run_request(ui, r, argc, argv);
	pack_free(&r->pack);
	free(r);
	return code;
}

const struct cmd cmd_pack = {
	"pack", "put payloads into a bundle", help, run
};
