// SPDX-License-Identifier: MIT
/*
 * Keys and bundles for the tests, made anew at each run.
 */
#include "common.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cms.h"
#include "lib/fs.h"
#include "lib/ustar.h"

void test_signer(struct signer *s, int64_t start)
{
	struct keygen k = { .name = "test signer", .bits = 3072, .start = start, .days = 1000 };
	struct err e;

	memset(s, 0, sizeof(*s));
	assert_int_equal(keygen_make(&k, &s->key, &s->cert, &e), 0);
	assert_int_equal(trust_add(&s->trust, s->cert, "test.pem", &e), 0);
}

void test_signer_free(struct signer *s)
{
	trust_free(&s->trust);
	X509_free(s->cert);
	EVP_PKEY_free(s->key);
}

static void hash(char hex[65], const char *data)
{
	uint8_t digest[32];
	struct err e;

	assert_int_equal(digest_sha256((struct bytes){ (const uint8_t *)data, strlen(data) },
				       digest, &e),
			 0);
	hex_encode(hex, digest, sizeof(digest));
}

static void full_manifest(struct buf *out)
{
	char one[65], two[65], vex[65];

	hash(one, TEST_PAYLOAD_1);
	hash(two, TEST_PAYLOAD_2);
	hash(vex, TEST_VEX);
	buf_printf(out,
		   "format mend-1\n"
		   "id TEST-2025:1\n"
		   "name test-patch\n"
		   "generation 7\n"
		   "replaces cumulative\n"
		   "kind security\n"
		   "severity important\n"
		   "cve CVE-2025-1234\n"
		   "cve CVE-2025-1234567890123456789\n"
		   "title A title, with  two spaces\n"
		   "created 2025-06-01T00:00:00Z\n"
		   "expires 2026-06-01T00:00:00Z\n"
		   "vex %s %zu\n"
		   "payload " TEST_RELEASE "\n"
		   "build-id " TEST_BUILD_ID "\n"
		   "sha256 %s\n"
		   "size %zu\n"
		   "func vmlinux first 0\n"
		   "func ext4 second.part.0 2\n"
		   "payload 6.12~rc1+x_y-amd64\n"
		   "build-id 76543210fedcba9876543210fedcba9876543210\n"
		   "sha256 %s\n"
		   "size %zu\n"
		   "func vmlinux first 0\n",
		   vex, strlen(TEST_VEX), one, strlen(TEST_PAYLOAD_1), two,
		   strlen(TEST_PAYLOAD_2));
}

/* Replaces the first line that begins with @key; NULL: no change. */
void test_manifest(struct buf *out, const char *key, const char *line)
{
	struct buf full = { 0 };
	bool done = !key;
	char *at, *end;

	full_manifest(&full);
	buf_append(&full, "", 1);
	assert_false(full.failed);
	for (at = (char *)full.data; *at; at = end) {
		end = strchr(at, '\n') + 1;
		if (!done && !strncmp(at, key, strlen(key))) {
			buf_append(out, line, strlen(line));
			done = true;
		} else {
			buf_append(out, at, (size_t)(end - at));
		}
	}
	buf_free(&full);
	assert_true(done);
	assert_false(out->failed);
}

void test_bundle(struct buf *out, const struct signer *s, const char *key, const char *line)
{
	struct buf manifest = { 0 }, signature = { 0 };
	struct err e;

	test_manifest(&manifest, key, line);
	ustar_add(out, "manifest", buf_bytes(&manifest));
	if (s) {
		assert_int_equal(cms_sign(buf_bytes(&manifest), s->key, s->cert, &signature, &e),
				 0);
		ustar_add(out, "manifest.p7s", buf_bytes(&signature));
	}
	ustar_add(out, "payload/" TEST_RELEASE ".ko", BYTES(TEST_PAYLOAD_1));
	ustar_add(out, "payload/6.12~rc1+x_y-amd64.ko", BYTES(TEST_PAYLOAD_2));
	ustar_add(out, "vex.json", BYTES(TEST_VEX));
	ustar_finish(out);
	buf_free(&manifest);
	buf_free(&signature);
	assert_false(out->failed);
}

void test_bundle_open(struct signer *s, struct bundle *b, int64_t start)
{
	struct buf file = { 0 };
	struct err e;

	test_signer(s, start);
	test_bundle(&file, s, NULL, NULL);
	assert_int_equal(bundle_open(b, &file, &s->trust, TEST_NOW, &e), 0);
}

void test_bundle_close(struct signer *s, struct bundle *b)
{
	bundle_free(b);
	test_signer_free(s);
}

/* Exactly as long as the bytes, so that ASan sees every read beyond. */
struct buf test_copy(struct bytes b)
{
	struct buf copy = { .data = malloc(b.len ? b.len : 1), .len = b.len, .cap = b.len };

	assert_non_null(copy.data);
	if (b.len)
		memcpy(copy.data, b.data, b.len);
	return copy;
}

struct buf test_read(const char *path)
{
	struct buf b;
	struct err e;

	if (fs_read(path, 1 << 24, &b, &e))
		fail_msg("%s", e.message);
	return b;
}

uint32_t test_open(struct bytes file, const struct trust *trust, int64_t now)
{
	struct buf copy = test_copy(file);
	struct bundle b;
	struct err e;

	if (bundle_open(&b, &copy, trust, now, &e)) {
		assert_true(e.message[0]);
		assert_null(copy.data);
		return e.reason;
	}
	bundle_free(&b);
	return 0;
}

char *test_dir(void)
{
	char *dir = strdup("/tmp/mend-test-XXXXXX");

	assert_non_null(dir);
	assert_non_null(mkdtemp(dir));
	return dir;
}

void test_dir_free(char *dir)
{
	struct buf out = { 0 };

	assert_int_equal(test_run(&out, "rm -rf '%s'", dir), 0);
	buf_free(&out);
	free(dir);
}

void test_file(const char *dir, const char *name, const char *content)
{
	char path[512], *slash;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	for (slash = strchr(path + strlen(dir) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		assert_true(!mkdir(path, 0755) || errno == EEXIST);
		*slash = '/';
	}
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

int test_run(struct buf *out, const char *fmt, ...)
{
	char *command, *both, chunk[4096];
	va_list args;
	FILE *pipe;
	size_t n;
	int status;

	va_start(args, fmt);
	assert_true(vasprintf(&command, fmt, args) >= 0);
	va_end(args);
	assert_true(asprintf(&both, "{ %s; } 2>&1 </dev/null", command) >= 0);
	pipe = popen(both, "r");
	assert_non_null(pipe);
	buf_free(out);
	while ((n = fread(chunk, 1, sizeof(chunk), pipe)))
		buf_append(out, chunk, n);
	status = pclose(pipe);
	buf_append(out, "", 1);
	assert_false(out->failed);
	free(command);
	free(both);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

void test_contains(const char *hay, const char *needle)
{
	if (!strstr(hay, needle))
		fail_msg("'%s' is not in: %s", needle, hay);
}
