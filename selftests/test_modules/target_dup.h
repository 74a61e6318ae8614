/* SPDX-License-Identifier: GPL-2.0-only */
/* Three static functions of one name, each in a file of its own. */
#ifndef MEND_TEST_TARGET_DUP_H
#define MEND_TEST_TARGET_DUP_H

int target_call_dup1(void);
int target_call_dup2(void);
int target_call_dup3(void);

#endif /* MEND_TEST_TARGET_DUP_H */
