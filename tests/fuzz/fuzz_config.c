/* SPDX-License-Identifier: MIT */
/* A configuration file: from its bytes to the nodes, and printed again. */
#include "core/config/compare.h"
#include "core/config/load.h"
#include "core/config/match.h"
#include "core/config/origin.h"
#include "core/config/required.h"
#include "core/config/show/print.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/config_fakes.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define SECRET "Secret7"

/* What came out of a file of secrets is shown nowhere, unless the input has guessed it. */
static void is_hidden(const char *shown, const char *input)
{
	HOLDS(!strstr(shown, SECRET) || strstr(input, SECRET));
}

static void look(const struct config *c, const char *input)
{
	struct text out = {0};

	config_print(c, &out);
	HOLDS(!out.failed);
	is_hidden(text_str(&out), input);
	is_hidden(c->warnings, input);
	for (size_t i = 0; i < c->n_nodes; i++) {
		HOLDS(c->nodes[i].plugin && *c->nodes[i].name && *config_origin(c, &c->nodes[i], NULL));
		HOLDS(config_node_equal(&c->nodes[i], &c->nodes[i]));
		config_ends_server(&c->nodes[i]);
		if (c->n_cameras)
			config_sees(&c->nodes[i], c->cameras[0]);
	}
	text_free(&out);
}

/* @return a variable that names a file with the secret */
static char *secret_variable(void)
{
	static char variable[64];
	int fd;

	if (*variable)
		return variable;
	fd = memfd_create("secret", MFD_CLOEXEC);
	HOLDS(fd >= 0 && write(fd, SECRET "\n", 8) == 8);
	snprintf(variable, sizeof(variable), "FRONT_PASSWORD_FILE=/proc/self/fd/%d", fd);
	return variable;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char url[] = "URL=rtsp://192.0.2.10/s", empty[] = "EMPTY=";
	char *const variables[] = {secret_variable(), url, empty, NULL};
	struct fuzz f = {data, len};
	char *text = fuzz_text(&f);
	struct config_input in = {
		.text = text, .text_name = "cam_server.yaml", .environ = variables, .plugins = fake_plugins};
	struct config *c = NULL;
	struct text errors = {0};
	int err = config_load(&in, &c, &errors);

	HOLDS(!err == !!c && !err == !errors.len && (!err || err == -EINVAL || err == -ENOENT));
	HOLDS(errors.len < 256 * 1024);
	is_hidden(text_str(&errors), text);
	if (c)
		look(c, text);
	config_free(c);
	text_free(&errors);
	free(text);
	return 0;
}
