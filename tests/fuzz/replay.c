/* SPDX-License-Identifier: MIT */
/* Runs a target once over each file of its corpus, without libFuzzer. A fault ends the program below the file's name. */
#include "tests/check.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>

static char folder[4096];

static void take(const char *name)
{
	char path[sizeof(folder) + 256];
	uint8_t *data;
	size_t len;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	CHECK(file && !fseek(file, 0, SEEK_END));
	len = (size_t)ftell(file);
	rewind(file);
	data = malloc(len ? len : 1);
	CHECK(data);
	CHECK_INT(fread(data, 1, len, file), len);
	fclose(file);
	printf("# %s\n", name);
	LLVMFuzzerTestOneInput(data, len);
	free(data);
}

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

TEST(every_input_of_the_corpus_is_taken)
{
	struct dirent **inputs;
	int n = scandir(folder, &inputs, is_input, alphasort);

	CHECK(n > 0);
	for (int i = 0; i < n; i++) {
		take(inputs[i]->d_name);
		free(inputs[i]);
	}
	free(inputs);
}

int main(int argc, char **argv)
{
	static const struct check_test tests[] = {T(every_input_of_the_corpus_is_taken)};
	const char *top = getenv("top_srcdir"), *name = strstr(argv[0], "fuzz-");

	if (argc > 1)
		snprintf(folder, sizeof(folder), "%s", argv[1]);
	else
		snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s", top ? top : ".",
			name ? name + 5 : "");
	/* What a target makes once and keeps is there before descriptors are counted. */
	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	return check_run(tests, 1);
}
