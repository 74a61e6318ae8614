/* SPDX-License-Identifier: MIT */
/*
 * All that there is to know of a machine and its patches, read once.
 */
#ifndef MEND_LIB_SURVEY_H
#define MEND_LIB_SURVEY_H

#include "installed.h"
#include "policy.h"
#include "store.h"
#include "sysfs.h"
#include "waiting.h"

/**
 * struct survey_held - a generation that is held back; @name "": none is
 * @taken_back:	mend.ko has taken it back; otherwise the machine went down with it
 */
struct survey_held {
	char name[MEND_NAME_LEN];
	uint64_t generation;
	bool taken_back;
	char why[ERR_TEXT_LEN + 32];
};

/**
 * struct survey_installed - a patch that is installed
 * @on:		it is on, or what covers it is; see sysfs_covers()
 * @prospect:	what the next boot of this kernel would do with it
 * @last:	how the last command of this boot that was about it ended; "": there was none
 */
struct survey_installed {
	struct installed in;
	bool on;
	struct prospect prospect;
	char last[ERR_TEXT_LEN + 64];
};

/**
 * struct survey - a machine at one moment
 * @kernel:	the one that runs; its release is "" if nobody can tell
 * @newer:	the newest kernel of its flavour that is installed and newer, or ""
 * @oopsed:	this kernel has oopsed since it was booted
 * @loaded:	mend.ko is there
 * @why_not:	otherwise: why nothing can be read from it
 * @unfit:	otherwise: what of the kernel keeps mend.ko from working; its reason 0: nothing, as
 *		far as is known
 * @unsupported: that is how it was built, and nothing helps but another one
 * @patches:	empty without mend.ko
 * @asked:	mend.ko has answered with @info, which only root may ask
 * @waits:	a switch is under way and waits, see @waiting
 * @held:	the last that is held back, with nothing in its place: it is installed or in the
 *		store for this kernel, or the machine went down with it on a kernel of this release
 * @brake:	what keeps all patches from being applied: the mode of mend.conf(5), or that it
 *		cannot be understood; its reason 0: nothing does
 * @no_history:	why the history cannot be read; its reason 0: it can
 * @installed:	in the order of installation; @damaged_installed: cannot be read
 * @available:	a bundle in the store for this kernel that nothing which is on covers, and that
 *		"apply" would take; its path NULL: none
 */
struct survey {
	struct kernel kernel;
	char newer[MEND_RELEASE_LEN];
	bool oopsed, loaded, asked, waits;
	struct err why_not, unfit;
	bool unsupported;
	struct sysfs_patches patches;
	struct mend_info info;
	struct waiting waiting;
	struct survey_held held;
	struct err brake, no_history;
	struct survey_installed *installed;
	size_t nr_installed, damaged_installed;
	struct staged available;
};

/**
 * survey_read() - never fails for what is not there; -1: out of memory
 * @now:	seconds since 1970: what has expired by then is not applied
 *
 * Ends with survey_free().
 */
int survey_read(const struct machine *mc, int64_t now, struct survey *s, struct err *e);

/** survey_look_at_store() - for survey_read(), when the patches are known */
void survey_look_at_store(const struct machine *mc, int64_t now, struct survey *s);

/**
 * struct survey_rules - what patches are judged by, for survey_look_at_store()'s parts
 * @policy:	NULL: it is not known
 */
struct survey_rules {
	const struct policy *policy;
	struct records history;
	int64_t now;
};

/** survey_look_at_installed() - what is installed; for survey_look_at_store() */
void survey_look_at_installed(const struct machine *mc, struct survey *s,
			      const struct survey_rules *rules);

/** survey_find_installed() - that generation, if it is installed, or NULL */
const struct survey_installed *survey_find_installed(const struct survey *s, const char *name,
						     uint64_t generation);

void survey_free(struct survey *s);

/** survey_cves() - names of all CVEs that patches which are sound fix, each once, sorted */
size_t survey_cves(const struct survey *s, const char ***cves);

/** survey_unique() - sort, and keep each once; how many there are then */
size_t survey_unique(const char **names, size_t n);

/** survey_effective() - the release, and the patches that are on, in a new string or NULL */
char *survey_effective(const struct survey *s);

#endif /* MEND_LIB_SURVEY_H */
