// SPDX-License-Identifier: MIT
/*
 * mend-differ: compare an object before and after a change, and write what a
 * payload needs of it. Called by mend-build.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "emit.h"
#include "fail.h"
#include "hooks.h"
#include "origin.h"
#include "types.h"
#include "types_btf.h"

struct options {
	const char *exact, *before, *after, *kernel, *module, *module_path, *symvers, *file;
	const char *mend_symvers, *shared, *dump, *prefix, *out, *in, *owner, *syms;
	bool json;
};

static const char usage[] =
"Usage: mend-differ diff --exact FILE --before FILE --after FILE --kernel VMLINUX\n"
"                        --symvers FILE --out FILE [OPTIONS]\n"
"       mend-differ relocs --in FILE --syms FILE --owner OBJECT --out FILE\n"
"       mend-differ types --out FILE TYPES...\n"
"\n"
"diff    compares two compiles of a source file, before and after a change, and\n"
"        writes the changed functions and what they need. Writes OUT.funcs,\n"
"        OUT.syms and OUT.hooks as well.\n"
"relocs  after objtool: makes references that only mend.ko can resolve its own.\n"
"types   brings what 'diff --dump' has written for several objects together.\n"
"\n"
"  --exact FILE     the original, compiled as the shipped kernel was\n"
"  --before FILE    the original, with -ffunction-sections -fdata-sections and -gdwarf-5\n"
"  --after FILE     the changed one, in the same way\n"
"  --kernel FILE    the shipped vmlinux, unpacked\n"
"  --module FILE    the shipped module that holds the object, if one does\n"
"  --module-name N  its name\n"
"  --symvers FILE   the kernel's Module.symvers\n"
"  --mend-symvers FILE  that of mend.ko, for diffs that use mend/diff.h\n"
"  --shared FILE    names that one touched file defines anew and another one uses\n"
"  --dump FILE      what gcc's -fdump-tree-optimized said of the changed one; OUT.types are\n"
"                   then the types that the changed functions use, as BTF\n"
"  --file NAME      the source file, for messages (the changed object)\n"
"  --prefix N       makes names of functions unique in a payload (0)\n"
"  --json           findings and functions as JSON on standard output\n"
"\n"
"Exit status: 0 written, 1 failed, 2 refused, 3 nothing changes, 4 the original is\n"
"not what the kernel was made from\n";

/* Returns how many arguments are options; argv[0] is no argument. */
static int parse(int argc, char **argv, struct options *o)
{
	const struct option longs[] = {
		{ "exact", 1, NULL, 'x' }, { "before", 1, NULL, 'b' }, { "after", 1, NULL, 'a' },
		{ "kernel", 1, NULL, 'k' }, { "module", 1, NULL, 'm' },
		{ "module-name", 1, NULL, 'n' }, { "symvers", 1, NULL, 's' },
		{ "mend-symvers", 1, NULL, 'M' }, { "shared", 1, NULL, 'S' },
		{ "file", 1, NULL, 'f' }, { "prefix", 1, NULL, 'p' }, { "out", 1, NULL, 'o' },
		{ "in", 1, NULL, 'i' }, { "owner", 1, NULL, 'w' }, { "syms", 1, NULL, 'y' },
		{ "dump", 1, NULL, 'd' }, { "json", 0, NULL, 'j' }, { 0 }
	};
	const char **const slots[256] = {
		['x'] = &o->exact, ['b'] = &o->before, ['a'] = &o->after, ['k'] = &o->kernel,
		['m'] = &o->module_path, ['n'] = &o->module, ['s'] = &o->symvers,
		['M'] = &o->mend_symvers, ['S'] = &o->shared,
		['f'] = &o->file, ['p'] = &o->prefix, ['o'] = &o->out, ['i'] = &o->in,
		['w'] = &o->owner, ['y'] = &o->syms, ['d'] = &o->dump,
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'j')
			o->json = true;
		else if (c < 256 && slots[c])
			*slots[c] = optarg;
		else
			fail("wrong usage; --help shows the options");
	}
	return optind;
}

static void print_json(const struct diff *d, const char *file)
{
	const struct section *sec;
	const char *comma = "";
	size_t i;

	printf("{\"file\": ");
	json_string(file, stdout);
	printf(", \"compared\": %zu, \"functions\": [",
	       d->anchor ? anchor_functions(d->anchor) : 0);
	for (i = 1; i < d->after->nr_secs; i++) {
		sec = &d->after->secs[i];
		if (sec->kind != SEC_FUNC || !sec->include)
			continue;
		printf("%s{\"name\": ", comma);
		json_string(section_symbol(sec)->name, stdout);
		printf(", \"new\": %s, \"size\": %lu}", sec->twin ? "false" : "true",
		       (unsigned long)section_symbol(sec)->size);
		comma = ", ";
	}
	printf("], \"refused\": ");
	refusals_json(&d->refusals, file, stdout);
	printf(", \"notes\": ");
	refusals_json(&d->notes, file, stdout);
	printf("}\n");
}

static int finish(const struct diff *d, const struct options *o)
{
	if (o->json)
		print_json(d, o->file);
	if (d->refusals.nr) {
		refusals_print(&d->refusals, o->file, stderr);
		return EXIT_REFUSED;
	}
	refusals_print(&d->notes, o->file, stderr);
	return d->nr_changed || d->nr_shared ? 0 : EXIT_NO_CHANGE;
}

static int run_diff(const struct options *o)
{
	struct diff d = { 0 };
	const char *why = NULL;
	struct layouts *layouts;
	struct object *exact;

	if (!o->exact || !o->before || !o->after || !o->kernel || !o->symvers || !o->out)
		fail("diff: an option is missing; --help shows them");
	if (!o->module != !o->module_path)
		fail("diff: --module and --module-name go together");
	exact = object_load(o->exact);
	d.before = object_load(o->before);
	d.after = object_load(o->after);
	object_classify(d.before);
	object_classify(d.after);
	d.symvers = symvers_read(o->symvers);
	if (o->mend_symvers)
		d.mend = symvers_read(o->mend_symvers);
	if (o->shared)
		d.shared = shared_read(o->shared);
	d.kernel = image_open_kernel(o->kernel);
	d.img = o->module ? image_open_module(o->module_path, o->module) : d.kernel;
	if (anchor_absent(exact, d.img)) {
		refuse(&d.refusals, REFUSE_NOT_IN_CONFIG, "*",
		       "the shipped %s has none of its functions", image_object(d.img));
		return finish(&d, o);
	}
	d.anchor = anchor_object(exact, d.img, &why);
	if (!d.anchor) {
		fprintf(stderr, "%s: IDENTITY: %s; this source, configuration or compiler does not reproduce that kernel\n",
			o->file, why);
		return EXIT_IDENTITY;
	}
	pass_correlate(&d);
	pass_compare(&d);
	pass_closure(&d);
	hooks_check(&d);
	pass_patchable(&d);
	if (d.nr_changed || d.nr_shared) {
		layouts = layouts_read(o->before);
		layouts_compare(layouts, layouts_read(o->after), d.symvers, &d.refusals);
		pass_emit(&d, o->prefix, o->out);
		if (o->dump && !d.refusals.nr)
			types_btf_write(d.after, o->dump, layouts,
					xasprintf("%s.types", o->out));
	}
	return finish(&d, o);
}

static int run_relocs(const struct options *o)
{
	if (!o->in || !o->syms || !o->owner || !o->out)
		fail("relocs: an option is missing; --help shows them");
	pass_relocs(o->in, o->owner, o->syms, o->out);
	return 0;
}

static int run_types(const struct options *o, char **paths, int nr)
{
	if (!o->out || nr < 1)
		fail("types: --out or the files are missing; --help shows them");
	types_btf_merge(paths, (size_t)nr, o->out);
	return 0;
}

int main(int argc, char **argv)
{
	struct options o = { .prefix = "0", .file = "?" };
	const char *verb = argc > 1 ? argv[1] : "";
	int rest;

	if (!strcmp(verb, "--help") || !strcmp(verb, "-h")) {
		fputs(usage, stdout);
		return 0;
	}
	rest = parse(argc - (argc > 1), argv + (argc > 1), &o) + (argc > 1);
	if (!strcmp(verb, "types"))
		return run_types(&o, argv + rest, argc - rest);
	if (rest < argc)
		fail("'%s' is one argument too many", argv[rest]);
	if (!strcmp(verb, "diff"))
		return run_diff(&o);
	if (!strcmp(verb, "relocs"))
		return run_relocs(&o);
	fail("wrong usage; --help shows the commands");
}
