/* SPDX-License-Identifier: MIT */
/*
 * What this machine knows of a CVE: from the patches that are loaded, from the bundles in
 * the store, and from the packages of its kernels. Nothing is asked of any network.
 */
#ifndef MEND_LIB_CVES_H
#define MEND_LIB_CVES_H

#include "bundle.h"
#include "changelog.h"
#include "sysfs.h"

/* The worse, the higher */
enum cve_standing {
	CVE_FIXED_LIVE,		/* by a patch that is on */
	CVE_FIXED_INSTALLED,	/* by the kernel that runs, as its package says */
	CVE_UNKNOWN,		/* nothing here says anything of it */
	CVE_AFFECTED,		/* something here fixes it, and does not run */
};

/**
 * struct cves - all that there is to go by
 * @bundles:	those in the store that are for the running kernel; not verified
 * @why_not:	if there is no @changelog
 * @newer:	the release of a newer kernel that is installed, or ""; @newer_log: its
 *		changelog, where @has_newer
 */
struct cves {
	struct kernel kernel;
	struct sysfs_patches patches;
	struct bundle *bundles;
	char **paths;
	size_t nr_bundles;
	struct changelog changelog, newer_log;
	bool has_changelog, has_newer;
	struct err why_not;
	char newer[MEND_RELEASE_LEN];
};

/**
 * struct cve_verdict - what is known of one
 * @patch, @generation: the patch that has fixed it or would; "" and 0: none
 * @version:	the kernel package's version that has fixed it or would; "": none
 * @text:	why, one line
 * @hint:	what to do; never empty with CVE_AFFECTED, otherwise it may be
 */
struct cve_verdict {
	enum cve_standing standing;
	char patch[MEND_NAME_LEN];
	uint64_t generation;
	char version[CHANGELOG_VERSION_LEN];
	char text[ERR_TEXT_LEN], hint[ERR_TEXT_LEN];
};

/** cves_read() - what is not there is left out; -1: out of memory. Ends with cves_free() */
int cves_read(const struct machine *mc, struct cves *c, struct err *e);

/** cves_judge() - pure */
void cves_judge(const struct cves *c, const char *id, struct cve_verdict *v);

/** cves_named() - those that patches and bundles here name, each once, sorted; free() it */
size_t cves_named(const struct cves *c, const char ***ids);

void cves_free(struct cves *c);

/** cve_standing_name() - as --json prints it; stable. cve_standing_words(): for people */
const char *cve_standing_name(enum cve_standing standing);
const char *cve_standing_words(enum cve_standing standing);

#endif /* MEND_LIB_CVES_H */
