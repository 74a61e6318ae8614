/* SPDX-License-Identifier: MIT */
/*
 * Patches that are to be on in every boot: one file each in the store, replaced or removed
 * at one instant. Their bundles are in the store as well, and there first.
 */
#ifndef MEND_LIB_INSTALLED_H
#define MEND_LIB_INSTALLED_H

#include "changelog.h"
#include "store.h"

/**
 * struct installed - one of them
 * @order:	a boot applies the lowest first
 * @forgiven:	records up to that number do not hold it back: it was installed with --retry
 * @when:	it was installed
 * @probation_ms: until it was confirmed once; 0: none
 */
struct installed {
	char name[MEND_NAME_LEN];
	uint64_t generation, order, forgiven;
	int64_t when;
	uint32_t probation_ms;
};

/** struct installed_list - by order; @damaged: files that cannot be understood */
struct installed_list {
	struct installed *list;
	size_t nr, damaged;
};

/** installed_read() - empty if there is no store; ends with installed_free() */
int installed_read(const struct machine *mc, struct installed_list *all, struct err *e);
void installed_free(struct installed_list *all);

/** installed_find() - by name, or NULL */
const struct installed *installed_find(const struct installed_list *all, const char *name);

/**
 * installed_write() - on disk when it returns; another generation of that name is replaced
 *
 * Fills in @new->order and @new->when: one that is there already keeps its place.
 */
int installed_write(const struct machine *mc, const struct store *s, struct installed *new,
		    struct err *e);

/**
 * installed_retire() - it is not installed any more, also on disk; ERR_NOTHING: it was not
 * @generation:	out: that it had; 0: its entry is damaged
 *
 * The entry is only put aside until installed_forget(): whoever is killed before its bundles
 * are gone retires it once more, and knows which they are.
 */
int installed_retire(const struct machine *mc, const char *name, uint64_t *generation,
		     struct err *e);

/** installed_forget() - nothing is left to do for what was retired */
int installed_forget(const struct machine *mc, const char *name, struct err *e);

/** installed_bundle() - the path of its bundle, in a new string, or NULL */
char *installed_bundle(const struct machine *mc, const struct installed *in);

/** enum installed_fate - what a boot does with it; see installed_fate_name() */
enum installed_fate {
	INSTALLED_FITS,		/* switches it on */
	INSTALLED_SUPERSEDED,	/* nothing: the kernel has the fixes itself */
	INSTALLED_UNFIT,	/* nothing: there is no payload for this kernel */
	INSTALLED_HELD_BACK,	/* nothing: the machine went down with it, or it was taken back */
	INSTALLED_REFUSED,	/* nothing: mend.conf does not allow it, or it has expired */
};

/**
 * struct prospect - what is to become of an installed patch, and why
 * @proven:	it was on before and nothing spoke against it; and it was confirmed once, if it
 *		was installed with a probation, which is over then
 * @why:	reason and text; nothing with INSTALLED_FITS
 */
struct prospect {
	enum installed_fate fate;
	bool proven;
	struct err why;
};

/**
 * installed_judge() - look at history, kernel and the changelog of the kernel's package
 * @b:		its bundle; whether that is good and allowed is another matter
 */
void installed_judge(const struct machine *mc, const struct installed *in, const struct bundle *b,
		     const struct records *history, struct prospect *p);

/**
 * installed_held() - the record that holds a generation back, or NULL
 * @after:	records up to that number do not count
 * @boot:	a boot has nobody to ask: it does not try again what mend.ko has taken back either
 */
const struct record *installed_held(const struct records *history, const char *name,
				    uint64_t generation, uint64_t after, bool boot);

/**
 * installed_check_held() - that record as an error: ERR_HELD_BACK
 *
 * The arguments are those of installed_held().
 */
int installed_check_held(const struct records *history, const char *name, uint64_t generation,
			 uint64_t after, bool boot, struct err *e);

/** installed_forgiven() - of that generation, if it is installed; otherwise 0 */
uint64_t installed_forgiven(const struct installed_list *all, const char *name,
			    uint64_t generation);

/** installed_fate_name() - stable */
const char *installed_fate_name(enum installed_fate fate);

#endif /* MEND_LIB_INSTALLED_H */
