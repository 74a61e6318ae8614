/* SPDX-License-Identifier: GPL-2.0-only */
/* A hundred functions: WIDE_100(M) is M(0) ... M(99). */
#ifndef MEND_BENCH_WIDE_H
#define MEND_BENCH_WIDE_H

#define WIDE_10(M, _tens)							\
	M(_tens##0) M(_tens##1) M(_tens##2) M(_tens##3) M(_tens##4)		\
	M(_tens##5) M(_tens##6) M(_tens##7) M(_tens##8) M(_tens##9)

#define WIDE_100(M)								\
	WIDE_10(M, ) WIDE_10(M, 1) WIDE_10(M, 2) WIDE_10(M, 3) WIDE_10(M, 4)	\
	WIDE_10(M, 5) WIDE_10(M, 6) WIDE_10(M, 7) WIDE_10(M, 8) WIDE_10(M, 9)

#endif /* MEND_BENCH_WIDE_H */
