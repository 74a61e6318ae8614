// SPDX-License-Identifier: MIT
/*
 * A whole bundle, once without and once with a trusted certificate. The
 * certificate is made at start: no signature in the corpus can hold, but the
 * comparison with its encoding runs over every input.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/bundle.h"
#include "lib/keygen.h"

static struct trust trust;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct keygen k = { .name = "fuzz", .bits = 3072, .start = 0, .days = 36500 };
	EVP_PKEY *key;
	struct err e;
	X509 *cert;

	(void)argc, (void)argv;
	if (keygen_make(&k, &key, &cert, &e) || trust_add(&trust, cert, "fuzz", &e))
		abort();
	X509_free(cert);
	EVP_PKEY_free(key);
	return 0;
}

static void open_once(const uint8_t *data, size_t size, const struct trust *t)
{
	struct buf file = { 0 }, again;
	struct bundle b;
	struct err e;

	memset(&e, 0, sizeof(e));
	buf_append(&file, data, size);
	if (bundle_open(&b, &file, t, 1750000000, &e)) {
		if (!e.message[0] || !e.reason)
			abort();	/* every refusal has a reason */
		return;
	}
	if (t)
		abort();		/* nobody signed this */
	/* one content has one encoding */
	if (bundle_write(&b, &again, &e) || again.len != size ||
	    memcmp(again.data, data, size))
		abort();
	buf_free(&again);
	bundle_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	open_once(data, size, NULL);
	open_once(data, size, &trust);
	return 0;
}
