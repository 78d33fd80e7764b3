/* SPDX-License-Identifier: MIT */
/* Prints the schema of the fakes' tables, which the cases in tests/config are written for; see config_schema.py. */
#include "config_fakes.h"

#include "core/config/show/schema.h"

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	struct text out = {0};
	int bad;

	config_schema(&fake_plugins, &out);
	bad = out.failed || fputs(text_str(&out), stdout) < 0;
	text_free(&out);
	return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}
