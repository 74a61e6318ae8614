/* SPDX-License-Identifier: MIT */
#ifndef TEST_LINUX_ERRNO_H
#define TEST_LINUX_ERRNO_H

#define EINVAL	22

#endif
