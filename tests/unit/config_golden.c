/* SPDX-License-Identifier: MIT */
/*
 * Each tests/config/NAME.yaml is loaded, and what comes out is compared with NAME.out: errors; or warnings and what
 * --print-config shows. Lines of the YAML that begin with "#env " and "#set " are environment and --set.
 * With UPDATE=1 in the environment the files are written instead.
 */
#include "config_fakes.h"
#include "core/config/load.h"
#include "core/config/show/print.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_CASES = 800, MAX_LINES = 32 };

struct lines {
	char *at[MAX_LINES + 1];
	size_t n;
};

static char *slurp(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *data = calloc(1, 1 << 20);
	size_t n = f && data ? fread(data, 1, (1 << 20) - 1, f) : 0;

	if (f)
		fclose(f);
	(void)n;
	return data;
}

/* Collect the rest of lines that begin with prefix. */
static void take_lines(const char *data, const char *prefix, struct lines *out)
{
	size_t n = strlen(prefix);

	for (const char *s = data; s && *s && out->n < MAX_LINES; s = strchr(s, '\n'), s += s ? 1 : 0)
		if (!strncmp(s, prefix, n))
			out->at[out->n++] = strndup(s + n, strcspn(s + n, "\n"));
}

static void free_lines(struct lines *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->at[i]);
}

/* @return what a load of this file tells; to be freed */
static char *result_of(const char *name)
{
	struct lines env = {0}, sets = {0};
	struct text out = {0};
	struct config *c = NULL;
	char *data = slurp(name);
	struct config_input in = {.file = name,
		.environ = env.at,
		.sets = (const char *const *)sets.at,
		.plugins = fake_plugins};

	take_lines(data, "#env ", &env);
	take_lines(data, "#set ", &sets);
	if (!config_load(&in, &c, &out)) {
		text_add(&out, c->warnings);
		config_print(c, &out);
	}
	config_free(c);
	free_lines(&env);
	free_lines(&sets);
	free(data);
	return text_take(&out);
}

static int one_case(const char *name)
{
	char out_name[300], *is = result_of(name), *want;
	int ok;

	snprintf(out_name, sizeof(out_name), "%.*s.out", (int)(strlen(name) - 5), name);
	if (getenv("UPDATE")) {
		FILE *f = fopen(out_name, "wb");

		if (f) {
			fputs(is ? is : "", f);
			fclose(f);
		}
	}
	want = slurp(out_name);
	ok = is && *is && !strcmp(is, want);
	if (!ok)
		fprintf(stderr, "%s: is\n%s\nand not\n%s\n", name, is ? is : "(null)", want);
	free(is);
	free(want);
	return ok;
}

static int is_yaml(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 5 && !strcmp(d->d_name + n - 5, ".yaml");
}

int main(void)
{
	const char *top = getenv("top_srcdir");
	char folder[4096];
	struct dirent **found;
	int n, failed = 0;

	alarm(60);
	snprintf(folder, sizeof(folder), "%s/tests/config", top ? top : ".");
	n = chdir(folder) ? -1 : scandir(".", &found, is_yaml, alphasort);
	if (n < 1 || n > MAX_CASES) {
		printf("Bail out! no cases in %s\n", folder);
		return EXIT_FAILURE;
	}
	printf("1..%d\n", n);
	for (int i = 0; i < n; i++) {
		int ok = one_case(found[i]->d_name);

		printf("%sok %d - %s\n", ok ? "" : "not ", i + 1, found[i]->d_name);
		failed += !ok;
		free(found[i]);
	}
	free(found);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
