/* SPDX-License-Identifier: MIT */
/* Messages of a viewer. Input: messages, one a line, which together make a view. */
#include "plugins/ws_view/view/message.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz f = {data, len};
	struct wishes wishes = {0};

	while (f.len) {
		struct message msg = {.wishes = &wishes};
		char *line = fuzz_line(&f);
		const char *why = message_parse(&msg, line, strlen(line));

		HOLDS(!why || *why);
		HOLDS(wishes.n <= TILES_MAX && wishes.n <= wishes.room);
		for (size_t i = 0; i < wishes.n; i++)
			HOLDS(strnlen(wishes.at[i].camera, CAMERA_NAME_MAX) < CAMERA_NAME_MAX);
		free(line);
	}
	message_free_wishes(&wishes);
	return 0;
}
