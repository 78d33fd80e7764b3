/* SPDX-License-Identifier: MIT */
/* A configuration file: from its bytes to the nodes, and printed again. */
#include "tests/fuzz/fuzz.h"
#include "tests/unit/config_fakes.h"

#include "core/config/show/print.h"
#include "core/config/required.h"
#include "core/config/load.h"
#include "core/config/origin.h"
#include "core/config/compare.h"
#include "core/config/match.h"

#include <errno.h>

static void print(const struct config *c)
{
	struct text out = {0};

	config_print(c, &out);
	HOLDS(!out.failed);
	for (size_t i = 0; i < c->n_nodes; i++) {
		HOLDS(c->nodes[i].plugin && *c->nodes[i].name && *config_origin(c, &c->nodes[i], NULL));
		HOLDS(config_node_equal(&c->nodes[i], &c->nodes[i]));
		config_ends_server(&c->nodes[i]);
		if (c->n_cameras)
			config_sees(&c->nodes[i], c->cameras[0]);
	}
	text_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char password[] = "FRONT_PASSWORD=Secret7", url[] = "URL=rtsp://192.0.2.10/s", empty[] = "EMPTY=";
	char *const variables[] = {password, url, empty, NULL};
	struct fuzz f = {data, len};
	char *text = fuzz_text(&f);
	struct config_input in = {
		.text = text, .text_name = "cam_server.yaml", .environ = variables, .plugins = fake_plugins};
	struct config *c = NULL;
	struct text errors = {0};
	int err = config_load(&in, &c, &errors);

	HOLDS(!err == !!c && !err == !errors.len && (!err || err == -EINVAL || err == -ENOENT));
	HOLDS(errors.len < 256 * 1024 && (!strstr(text_str(&errors), "Secret7") || strstr(text, "Secret7")));
	if (c)
		print(c);
	config_free(c);
	text_free(&errors);
	free(text);
	return 0;
}
