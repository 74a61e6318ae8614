// SPDX-License-Identifier: MIT
/*
 * "mend metrics" on a machine made of files, and what OpenMetrics 1.0 wants of a text: a
 * reader drops all of it for one line that is wrong.
 */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>

#include "fake_cli.h"

#define DIGITS		"0123456789"
#define LETTERS		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
#define END		"# EOF\n"

/**
 * struct checker - how far a text is read
 * @family:	whose lines these are
 * @labels:	names of the labels of its first sample
 * @seen:	lines of families and samples so far, which may not come again
 */
struct checker {
	char family[100], labels[200];
	bool has_unit, has_help, has_samples;
	struct buf seen;
};

static bool first_time(struct checker *c, const char *kind, const char *what)
{
	struct buf line = { 0 };
	bool first;

	buf_printf(&line, "\n%s%s\n", kind, what);
	buf_append(&line, "", 1);
	first = !c->seen.data || !strstr((const char *)c->seen.data, (const char *)line.data);
	if (c->seen.len)
		c->seen.len--;	/* its NUL */
	buf_append(&c->seen, line.data, line.len);
	buf_free(&line);
	return first;
}

static bool is_name(const char *s)
{
	return *s && strchr(LETTERS, *s) && !s[strspn(s, LETTERS DIGITS)];
}

static bool ends_in(const char *s, const char *end)
{
	size_t len = strlen(s), end_len = strlen(end);

	return len > end_len && !strcmp(s + len - end_len, end);
}

/* Samples of other types have these ends: a gauge of that name would be taken for one. */
static bool has_suffix(const char *name)
{
	static const char *const suffixes[] = {
		"_total", "_created", "_count", "_sum", "_bucket", "_gcount", "_gsum", "_info",
	};
	size_t i;

	for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (ends_in(name, suffixes[i]))
			return true;
	return false;
}

/* Up to a quote or the end; NULL where something is not escaped as it has to be */
static char *skip_escaped(char *s)
{
	for (; *s && *s != '"'; s++)
		if (*s == '\\' && (!*++s || !strchr("\\\"n", *s)))
			return NULL;
	return s;
}

/* {a="b",c="d"}: what follows it, or NULL */
static char *skip_labels(char *s, char *names, size_t size)
{
	char name[50];
	size_t len;

	if (*s != '{')
		return s;
	do {
		len = strcspn(++s, "=");
		snprintf(name, sizeof(name), ",%.*s,", (int)len, s);
		if (len + 3 > sizeof(name) || strstr(names, name) || strncmp(s + len, "=\"", 2))
			return NULL;
		snprintf(names + strlen(names), size - strlen(names), "%s", name);
		name[len + 1] = '\0';
		s = is_name(name + 1) ? skip_escaped(s + len + 2) : NULL;
	} while (s && *s == '"' && *++s == ',');
	return s && *s == '}' ? s + 1 : NULL;
}

/* No exponents, which none of these needs, and no timestamp behind it */
static bool is_number(const char *s)
{
	size_t digits;

	s += *s == '-';
	digits = strspn(s, DIGITS);
	s += digits;
	if (*s == '.')
		s += 1 + strspn(s + 1, DIGITS);
	return digits && !*s;
}

static const char *check_sample(struct checker *c, char *line)
{
	size_t len = strcspn(line, "{ ");
	char labels[200] = "", *value;

	if (len != strlen(c->family) || strncmp(line, c->family, len))
		return "a sample stands outside of its family";
	value = skip_labels(line + len, labels, sizeof(labels));
	if (!value || *value != ' ')
		return "its labels are not well formed";
	*value++ = '\0';
	if (!is_number(value))
		return "its value is no number, or more follows";
	if (c->has_samples && strcmp(labels, c->labels))
		return "the samples of a family do not have the same labels";
	snprintf(c->labels, sizeof(c->labels), "%s", labels);
	c->has_samples = true;
	return first_time(c, "", line) ? NULL : "a sample stands there twice";
}

/* TYPE begins a family. */
static const char *check_type(struct checker *c, const char *name, const char *type)
{
	if (!is_name(name) || strlen(name) >= sizeof(c->family) || has_suffix(name))
		return "that is no name for a gauge";
	if (strcmp(type, "gauge"))
		return "all are gauges";
	snprintf(c->family, sizeof(c->family), "%s", name);
	c->has_unit = c->has_help = c->has_samples = false;
	return first_time(c, "# ", name) ? NULL : "a family stands there twice";
}

static const char *check_unit(struct checker *c, const char *name, const char *unit)
{
	if (c->has_unit || c->has_help || c->has_samples)
		return "a unit stands behind its TYPE, once";
	c->has_unit = true;
	return ends_in(name, unit) && name[strlen(name) - strlen(unit) - 1] == '_' ? NULL :
	       "a name ends in its unit";
}

static const char *check_help(struct checker *c, char *text)
{
	char *end = skip_escaped(text);

	if (c->has_help || c->has_samples)
		return "a help stands before the samples, once";
	c->has_help = true;
	return *text && end && !*end ? NULL : "a help is not well formed";
}

/* "# KIND NAME TEXT" */
static const char *check_descriptor(struct checker *c, char *line)
{
	char *kind = line + 2, *name = strchr(kind, ' ');
	char *text = name ? strchr(name + 1, ' ') : NULL;

	if (!text)
		return "that describes nothing";
	*name++ = '\0';
	*text++ = '\0';
	if (!strcmp(kind, "TYPE"))
		return check_type(c, name, text);
	if (strcmp(name, c->family))
		return "what describes a family stands outside of it";
	if (!strcmp(kind, "UNIT"))
		return check_unit(c, name, text);
	return strcmp(kind, "HELP") ? "there is no such descriptor" : check_help(c, text);
}

/* What is wrong with the first line that is, or NULL */
static const char *check_lines(char *text)
{
	struct checker c = { .family = "" };
	const char *why = NULL;
	char *line, *save;

	for (line = strtok_r(text, "\n", &save); line && !why; line = strtok_r(NULL, "\n", &save))
		why = strncmp(line, "# ", 2) ? check_sample(&c, line) : check_descriptor(&c, line);
	buf_free(&c.seen);
	return why;
}

static const char *check(const char *text)
{
	size_t len = strlen(text);
	json_t *utf8 = json_string(text);
	const char *why;
	char *lines;

	json_decref(utf8);
	if (!utf8)
		return "that is not UTF-8";
	if (len < strlen(END) || strcmp(text + len - strlen(END), END))
		return "the end is missing";
	len -= strlen(END);
	if (len && text[len - 1] != '\n')
		return "the end is a line of its own";
	if (*text == '\n' || strstr(text, "\n\n"))
		return "there are no empty lines";
	lines = strndup(text, len);
	why = check_lines(lines);
	free(lines);
	return why;
}

static void is_open_metrics(void)
{
	const char *why = check(cli_text());

	if (why)
		fail_msg("%s:\n%s", why, cli_text());
}

#define A	"# TYPE a gauge\n# HELP a b\n"
#define B_S	"# TYPE b_s gauge\n# UNIT b_s s\n# HELP b_s c\n"

static void a_text_that_is_wrong_is_told(void **state)
{
	static const char *const good[] = {
		END, A END, A "a 1\n" B_S "b_s{x=\"\"} 0.5\nb_s{x=\"\\\\\\\"\\n\"} -1\n" END,
	};
	static const char *const wrong[] = {
		"", A "a 1\n", A "a 1\n" END "a 2\n", END END, A "\n" END, "\n" END, A "a 1" END,
		A "a \xff\n" END, "a 1\n" END, A "b 1\n" END, A "a_total 1\n" END,
		A "a 1\n" B_S "a 2\n" END, A B_S A END, A "a 1\na 1\n" END, A "a\n" END,
		A "a 1 1\n" END, A "a NaN\n" END, A "a  1\n" END, A "a{} 1\n" END,
		A "a{x=\"1\"} 1\na{x=\"1\"} 2\n" END, A "a{x=\"1\"} 1\na{y=\"1\"} 2\n" END,
		A "a{x=\"1\",x=\"2\"} 1\n" END, A "a{x=\"1\",} 1\n" END, A "a{1=\"1\"} 1\n" END,
		A "a{x=\"\\t\"} 1\n" END, A "a{x=\"1\"\"} 1\n" END, A "a{x=\"1\"}1\n" END,
		A "a{x=1} 1\n" END, A "a{x=\"1\" 1\n" END, "# HELP a b\n# TYPE a gauge\n" END,
		A "# HELP a b\n" END, A "a 1\n# HELP a b\n" END, A "# UNIT a a\n" END,
		A "# HELP b c\n" END, A "# NOTE a b\n" END, "# TYPE a_total gauge\n" END,
		"# TYPE a counter\n" END, "# TYPE a gauge\n# UNIT a s\n" END,
		"# TYPE as gauge\n# UNIT as s\n" END, "# TYPE a gauge\n# HELP a \"b\"\n" END,
		"# TYPE a-b gauge\n" END,
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (check(good[i]))
			fail_msg("%s: %s", check(good[i]), good[i]);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (!check(wrong[i]))
			fail_msg("that is not OpenMetrics: %s", wrong[i]);
}

/* A patch that is there, with the manifest of a bundle */
static void patch(const char *name, const char *state, const char *enabled, const char *reason)
{
	cli_patch(name, state, enabled, reason);
	assert_int_equal(test_run(&cli_out, "cd %s && tar xOf one.mend manifest >sys/%s.1/manifest",
				  cli_dir, name), 0);
}

static void metrics(void)
{
	assert_int_equal(cli_mend("metrics"), 0);
	is_open_metrics();
}

static void metrics_tell_the_same_to_machines(void **state)
{
	(void)state;
	metrics();
	cli_has("\nmend_patches_on 0\n");
	patch("one", "on", "1", "");
	cli_patch("bad", "rolled-\"back\\n", "0", "129 it oopsed");
	assert_int_equal(cli_apply("two.mend"), 0);
	assert_int_equal(cli_apply("notes"), 4);
	metrics();
	cli_has("# TYPE mend_answer gauge\n");
	cli_has("\nmend_answer{answer=\"protected\"} 1\n");
	cli_has("\nmend_answer{answer=\"rolled-back\"} 0\n");
	cli_has("\nmend_patches_on 2\n");
	cli_has("\nmend_cves_fixed 1\n");
	cli_has("\nmend_patch_on{name=\"bad\",generation=\"1\",state=\"rolled-\\\"back\\\\n\"} 0\n");
	cli_has("\nmend_patch_pause_seconds{name=\"one\",generation=\"1\"} 0.000060600\n");
	cli_has("\nmend_patch_published_to_applied_seconds{name=\"one\",generation=\"1\"} ");
	cli_has("\nmend_history_records{outcome=\"refused\"} 1\n");
	assert_int_equal(cli_mend("metrics --json"), 0);
	json_decref(cli_parse());
	assert_int_equal(test_run(&cli_out, "cd %s && mv sys away", cli_dir), 0);
	metrics();
	cli_has("mend_loaded{release=\"" TEST_RELEASE "\"} 0\n");
}

#define DELAY		"\nmend_patch_published_to_applied_seconds{name=\"one\",generation=\"1\"} "

/* A record of the history */
static void record(unsigned int number, const char *when, const char *generation,
		   const char *outcome, const char *pause_ns)
{
	char name[80], content[800];

	snprintf(name, sizeof(name), "root/var/lib/mend/history/%010u.json", number);
	snprintf(content, sizeof(content), "{ \"number\": %u, \"verb\": \"boot\", \"when\": \"%s\", "
		 "\"user\": \"root\", \"uid\": 0, \"pid\": 1, \"started\": 1, \"boot_id\": \"\", "
		 "\"release\": \"\", \"patches\": [{ \"name\": \"one\", \"generation\": %s, "
		 "\"on\": true }], \"outcome\": \"%s\", \"reason_number\": 0, \"text\": \"\", "
		 "\"pause_ns\": %s }", number, when, generation, outcome, pause_ns);
	test_file(cli_dir, name, content);
}

static void a_delay_ends_when_it_was_on_for_the_first_time(void **state)
{
	(void)state;
	patch("one", "on", "1", "");
	assert_int_equal(test_run(&cli_out, "cd %s && sed -i 's/^created .*/created "
				  "2025-06-15T15:00:00Z/' sys/one.1/manifest", cli_dir), 0);
	metrics();
	cli_has(DELAY "400\n");
	record(1, "2025-06-15T15:00:10Z", "1", "failed", "0");
	record(2, "2025-06-15T15:00:20Z", "2", "done", "1");
	record(3, "2025-06-15T15:00:30Z", "1", "rolled-back", "1");
	record(4, "2025-06-15T15:00:40Z", "1", "done", "0");
	metrics();
	cli_has(DELAY "400\n");
	record(5, "2025-06-15T15:00:50Z", "1", "confirmed", "1");
	record(6, "2025-06-15T15:01:00Z", "1", "done", "1");
	metrics();
	cli_has(DELAY "50\n");
	/* off, it is no answer */
	patch("one", "off", "0", "");
	metrics();
	assert_null(strstr(cli_text(), DELAY));
}

static void a_history_that_cannot_be_read_is_told_and_hides_nothing_else(void **state)
{
	(void)state;
	patch("one", "on", "1", "");
	metrics();
	cli_has("\nmend_history_readable 1\n");
	test_file(cli_dir, "root/var/lib/mend", "in the way");
	assert_int_equal(cli_mend("metrics --output m.prom"), 0);
	cli_has("mend metrics: warning: without the history: cannot list 'root/var/lib/mend/history': ");
	assert_int_equal(test_run(&cli_out, "cat %s/m.prom", cli_dir), 0);
	is_open_metrics();
	cli_has("\nmend_history_readable 0\n");
	cli_has("\nmend_patches_on 1\n");
	assert_null(strstr(cli_text(), "mend_history_records"));
	assert_null(strstr(cli_text(), "mend_patch_published_to_applied_seconds"));
}

static void they_are_written_to_a_file_all_or_nothing(void **state)
{
	(void)state;
	assert_int_equal(cli_mend("metrics --output m.prom"), 0);
	assert_string_equal(cli_text(), "");
	assert_string_equal(cli_file("m.prom | tail -n 1"), "# EOF");
	assert_int_equal(cli_mend("metrics --output no/such/m.prom"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_that_is_wrong_is_told),
		CLI_TEST(metrics_tell_the_same_to_machines),
		CLI_TEST(a_delay_ends_when_it_was_on_for_the_first_time),
		CLI_TEST(a_history_that_cannot_be_read_is_told_and_hides_nothing_else),
		CLI_TEST(they_are_written_to_a_file_all_or_nothing),
	};

	return cmocka_run_group_tests_name("fake_metrics", tests, cli_group_setup,
					   cli_group_teardown);
}
