// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzer of the manifest parser: any bytes; what is accepted must be
 * consistent in itself and read the same a second time.
 */
#include <stdlib.h>

#include "manifest.h"
#include "report.h"

#define check(condition) do { if (!(condition)) abort(); } while (0)

static void check_head(const struct manifest *m, const char *buf, size_t len)
{
	check(m->name[0] && memchr(m->name, 0, sizeof(m->name)));
	check(m->id[0] && memchr(m->id, 0, sizeof(m->id)));
	check(m->generation && m->generation <= S64_MAX);
	check(m->nr_cves <= MEND_CVES_MAX);
	check(m->nr_payloads && m->nr_payloads <= MEND_PAYLOADS_MAX);
	check(m->title_len && m->title + m->title_len < len);
	check(buf[m->title + m->title_len] == '\n');
}

static void check_payload(const struct manifest *m, const char *buf, size_t len)
{
	struct manifest_funcs iter;
	struct manifest_func func;
	u32 nr = 0;

	check(m->payload.size && m->payload.size <= MEND_PAYLOAD_MAX);
	check(m->payload.funcs < m->payload.end && m->payload.end <= len);
	manifest_funcs_begin(&iter, m, buf);
	while (manifest_func_next(&iter, &func)) {
		check(func.object[0] && memchr(func.object, 0, sizeof(func.object)));
		check(func.symbol[0] && memchr(func.symbol, 0, sizeof(func.symbol)));
		nr++;
	}
	check(nr == m->payload.nr_funcs && nr <= MEND_FUNCS_MAX);
}

static void check_accepted(struct manifest *m, const char *buf, size_t len)
{
	struct manifest again;

	check_head(m, buf, len);
	check(!manifest_select(m, buf, len, NULL, NULL));
	check_payload(m, buf, len);
	again = *m;
	check(!manifest_select(&again, buf, len, m->payload.sha256, m->payload.release));
	check(!memcmp(&again.payload, &m->payload, sizeof(again.payload)));
	/* One more byte is one too many, or a line without an end. */
	check(buf[len - 1] == '\n' && manifest_parse(&again, buf, len - 1, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mend_report report;
	struct manifest m;
	char *exact = malloc(size ? size : 1);

	check(exact);
	memcpy(exact, data, size);
	report_clear(&report);
	if (manifest_parse(&m, exact, size, &report)) {
		check(report.reason == MEND_R_MANIFEST_SYNTAX ||
		      report.reason == MEND_R_MANIFEST_VERSION);
		check(report.text[0] && memchr(report.text, 0, sizeof(report.text)));
	} else {
		check_accepted(&m, exact, size);
	}
	free(exact);
	return 0;
}
