/* SPDX-License-Identifier: MIT */
/*
 * A survey in OpenMetrics, for node_exporter's textfile collector and others.
 */
#ifndef MEND_LIB_METRICS_H
#define MEND_LIB_METRICS_H

#include "standing.h"

/**
 * metrics_write() - append all of it, with the end mark. Pure.
 * @history:	what was rolled back, refused and so on; NULL: it cannot be read, and what
 *		comes from it is left out
 */
void metrics_write(const struct survey *s, const struct standing *st,
		   const struct records *history, struct buf *out);

#endif /* MEND_LIB_METRICS_H */
