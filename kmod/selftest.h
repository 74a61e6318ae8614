/* SPDX-License-Identifier: GPL-2.0-only */
/* The redirection self-test at load. */
#ifndef MEND_SELFTEST_H
#define MEND_SELFTEST_H

/**
 * selftest_redirect() - prove that this kernel's ftrace does what mend needs
 *
 * Module init only, before the first patch can arrive; sleeps.
 *
 * Return: 0; -ENODEV, with the reason logged, if redirection does not work;
 * -ENOMEM, -EBUSY or what else ftrace said if it could not be tried.
 */
int selftest_redirect(void);

#endif /* MEND_SELFTEST_H */
