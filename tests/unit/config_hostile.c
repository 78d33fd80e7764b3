/* SPDX-License-Identifier: MIT */
/*
 * Input made to cost time or memory: it is refused for the right reason. The time each takes is told, and should stay
 * below 50 ms of CPU time; a machine has to be ten times as slow before a test fails for it.
 */
#include "config_fakes.h"
#include "core/config/load.h"
#include "lib/clock.h"
#include "tests/check.h"

#include <errno.h>

enum { LIMIT = 256 * 1024 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static const int64_t time_limit = 5000 * CLOCK_MS;
#else
static const int64_t time_limit = 500 * CLOCK_MS;
#endif

/* head, then `part` as often as fits (once at least, `times` at most), then tail. To be freed. */
static char *repeat(const char *head, const char *part, size_t times, const char *tail)
{
	size_t n = strlen(part);
	struct text t = {0};

	text_add(&t, head);
	while (times-- && t.len + n + strlen(tail) <= LIMIT)
		text_add(&t, part);
	text_add(&t, tail);
	return text_take(&t);
}

static void refused_env(char *text, const char *reason, char *const *environ)
{
	struct config_input in = {
		.text = text, .text_name = "t.yaml", .environ = environ, .plugins = fake_plugins};
	int64_t begin = clock_ns(CLOCK_PROCESS_CPUTIME_ID), took;
	struct config *c = NULL;
	struct text errors = {0};
	int err = config_load(&in, &c, &errors);

	took = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - begin;
	config_free(c);
	free(text);
	printf("# %lld us: %.100s\n", (long long)(took / 1000), strtok(strdupa(text_str(&errors)), "\n"));
	CHECK_INT(err, -EINVAL);
	CHECK(errors.len < 100000);
	CHECK(strstr(text_str(&errors), reason));
	CHECK(took < time_limit);
	text_free(&errors);
}

static void refused(char *text, const char *reason)
{
	refused_env(text, reason, NULL);
}

TEST(a_text_of_ten_megabytes_is_refused)
{
	size_t n = 10 << 20;
	char *big = malloc(n + 1);

	CHECK(big);
	memset(big, '#', n);
	big[n] = 0;
	refused(big, "t.yaml: is larger than 256 KiB");
}

TEST(ten_thousand_levels_are_refused)
{
	refused(repeat("a: ", "[", 10000, ""), "nested deeper than 32 levels");
	refused(repeat("a: ", "{a: ", 10000, ""), "nested deeper than 32 levels");
	refused(repeat("", "- ", 10000, ""), "nested deeper than 32 levels");
	refused(repeat("", "{", 10000, ""), "not a mapping or a list");
	refused(repeat("", "? ", 10000, ""), "a key must be a name");
}

TEST(a_bomb_of_aliases_is_refused)
{
	refused(strdup("a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\n"),
		"aliases are not supported");
	refused(strdup("cameras: *front\n"), "aliases are not supported");
}

TEST(many_of_anything_are_refused)
{
	refused(repeat("a: [", "1,", LIMIT, "1]"), "more than 50000 values");
	refused(repeat("cameras:\n", " a:\n", LIMIT, ""), "more than 50000 values");
	refused(repeat("cameras:\n", " a:\n", 24000, ""), "stands at line");
	refused(repeat("", "a: b\n", 24000, ""), "more errors");
	refused(repeat("cameras: {a: {source: {plugin: rtsp_in,", "x: 1,", 24000, "}}}"), "stands at line");
}

static char *numbered(const char *head, const char *fmt, unsigned n)
{
	struct text t = {0};

	text_add(&t, head);
	for (unsigned i = 0; i < n; i++) {
		char line[200];

		snprintf(line, sizeof(line), "%s%u%s", fmt, i, strstr(fmt, "pattern") ? ",\n" : ":\n");
		text_add(&t, line);
	}
	return text_take(&t);
}

TEST(many_names_are_refused)
{
	refused(numbered("cameras:\n", "  c", 20000), "more than 1000 cameras");
	refused(numbered("cameras:\n", "  c", 1000), "has no source");
	refused(numbered("cameras:\n  a:\n", "    stage", 12000), "more than 8192 stages");
	refused(numbered("cameras:\n  a:\n", "    stage", 8000), "more than 64 stages");
	refused(numbered("sinks:\n", "  s", 20000), "there is no camera");
	refused(numbered("server:\n", "  option", 12000), "unknown key");
	refused(numbered("", "section", 12000), "unknown section");
}

TEST(variables_cannot_multiply)
{
	char big[8200] = "BIG=", *env[] = {big, NULL};

	memset(big + 4, 'x', sizeof(big) - 5);
	refused_env(repeat("cameras: {a: {source: {plugin: rtsp_in, url: \"", "${BIG}", LIMIT, "\"}}}"),
		"longer than 64 KiB", env);
	refused_env(repeat("cameras: {a: {source: {plugin: rtsp_in, x: [", "'${BIG}',", LIMIT, "1]}}}"),
		"more than 4 MiB", env);
	refused(repeat("cameras: {a: {source: {plugin: rtsp_in, url: \"", "${", LIMIT, "\"}}}"),
		"is not a variable");
}

TEST(odd_syntax_is_refused_soon)
{
	refused(repeat("a: \"", "\\u0041", LIMIT, ""), "not valid YAML");
	refused(repeat("a: '", "''", LIMIT, ""), "not valid YAML");
	refused(repeat("", "a", LIMIT, ""), "must be a mapping");
	refused(repeat("", "a ", LIMIT, ": b"), "not valid YAML");
	refused(repeat("a: |\n", " x\n", LIMIT, ""), "unknown section");
	refused(repeat("", "%YAML 1.1\n", LIMIT, "--- a"), "not valid YAML");
	refused(repeat("", "%TAG ! x\n", LIMIT, "--- a"), "not valid YAML");
	refused(repeat("", "!", LIMIT, ""), "tags are not supported");
	refused(repeat("", "---\n", LIMIT, ""), "a second document");
	refused(repeat("", "\n", LIMIT, ""), "is empty");
	refused(repeat("", " ", LIMIT, ""), "is empty");
	refused(repeat("[", "a: b, ", LIMIT, "]"), "t.yaml");
	refused(repeat("", "\"a\" ", LIMIT, ""), "not valid YAML");
	refused(repeat("", "&", LIMIT, ""), "not valid YAML");
	refused(repeat("a: [", "\"b\": ", LIMIT, "]"), "t.yaml");
	refused(repeat("a: [", "b, ", 900, "{a: ["), "t.yaml");
}

RUN_TESTS(T(a_text_of_ten_megabytes_is_refused), T(ten_thousand_levels_are_refused),
	T(a_bomb_of_aliases_is_refused), T(many_of_anything_are_refused), T(many_names_are_refused),
	T(variables_cannot_multiply), T(odd_syntax_is_refused_soon))
