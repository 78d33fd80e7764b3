/* SPDX-License-Identifier: MIT */
/*
 * Values over those of the file, and single-camera mode. Input: a byte that tells which, then lines: PATH=VALUE of --set
 * behind a colon, variables otherwise.
 */
#include "core/config/load.h"
#include "core/config/show/print.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/config_fakes.h"

enum { LINES_MAX = 16 };

static const char file[] =
	"server: {log_level: info}\n"
	"defaults: {buffer: {plugin: shm_ring, seconds: 10}}\n"
	"cameras:\n"
	"  front: {source: {plugin: rtsp_in, url: \"rtsp://192.0.2.10/1\"}, recorder: {directory: /r}}\n"
	"  Back Yard: \"rtsp://192.0.2.11/1\"\n"
	"  a__b: {source: {plugin: test_in}, motion: {plugin: motion, from: source}}\n"
	"sinks: {web: {plugin: ws_view, listen: \"127.0.0.1:5000\"}}\n"
	"listeners: {hook: {plugin: web_hook, url: \"http://h/\"}}\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz f = {data, len};
	uint8_t how = fuzz_byte(&f);
	char *line[LINES_MAX], *variables[LINES_MAX + 1] = {NULL};
	const char *sets[LINES_MAX + 1] = {NULL};
	unsigned n = 0, n_variables = 0, n_sets = 0;
	struct config_input in = {.text = how & 1 ? NULL : file,
		.text_name = "cam_server.yaml",
		.environ = variables,
		.sets = sets,
		.plugins = fake_plugins};
	struct config *c = NULL;
	struct text errors = {0}, out = {0};

	for (; n < LINES_MAX && f.len; n++) {
		line[n] = fuzz_line(&f);
		if (line[n][0] == ':')
			sets[n_sets++] = line[n] + 1;
		else
			variables[n_variables++] = line[n];
	}
	HOLDS(!config_load(&in, &c, &errors) == !!c && !c == !!errors.len);
	HOLDS(errors.len < 256 * 1024);
	if (c)
		config_print(c, &out);
	config_free(c);
	text_free(&errors);
	text_free(&out);
	while (n)
		free(line[--n]);
	return 0;
}
