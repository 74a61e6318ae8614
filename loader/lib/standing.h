/* SPDX-License-Identifier: MIT */
/*
 * The answer: is this machine protected, and what is to be done?
 */
#ifndef MEND_LIB_STANDING_H
#define MEND_LIB_STANDING_H

#include "survey.h"

enum standing_answer {
	STANDING_PROTECTED,
	STANDING_PROBATION,	/* protected; some of it is not confirmed yet */
	STANDING_AVAILABLE,	/* protected; something newer is in the store */
	STANDING_NOT_COVERED,	/* no patch is on, or mend.ko is not there */
	STANDING_REBOOT,
	STANDING_HELD_BACK,	/* the machine went down with a patch */
	STANDING_DEGRADED,
	STANDING_ROLLED_BACK,
	STANDING_UNSUPPORTED,	/* mend cannot run on this kernel, as it was built */
};

/* What "mend status --exit-code" exits with */
enum standing_exit {
	STANDING_EXIT_CURRENT		= 0,
	STANDING_EXIT_NONE		= 1,	/* none applied, or not as it should be */
	STANDING_EXIT_NEWER		= 2,	/* a newer one is in the local store */
	STANDING_EXIT_UNSUPPORTED	= 3,
};

#define STANDING_TEXT	ERR_TEXT_LEN

/**
 * struct standing - the answer
 * @text:	one line for people; begins with the answer in words and a colon or comma
 * @hint:	what to do; may be empty
 */
struct standing {
	enum standing_answer answer;
	enum standing_exit exit;
	char text[STANDING_TEXT], hint[STANDING_TEXT];
};

/** standing_judge() - pure */
void standing_judge(const struct survey *s, struct standing *st);

/** standing_name() - the answer as --json prints it; stable */
const char *standing_name(enum standing_answer answer);

#endif /* MEND_LIB_STANDING_H */
