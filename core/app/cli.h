/* SPDX-License-Identifier: MIT */
/** @file cli.h The command line: what to do, and with which configuration. [loop], before anything is started. */
#ifndef CAM_APP_CLI_H
#define CAM_APP_CLI_H
#include <stdbool.h>

#include "lib/text.h"

enum cli_action {
	CLI_RUN, /**< Serve. */
	CLI_CHECK, /**< Load the configuration and say whether it is right. */
	CLI_PRINT_CONFIG, /**< Print every value with its origin. */
	CLI_PLUGINS, /**< List the plugins. */
	CLI_SCHEMA, /**< Print the JSON Schema of the configuration. */
	CLI_EXAMPLE, /**< Print an example of it with every option. */
	CLI_MAN, /**< Print section `section` of the manual. */
	CLI_COMPLETION, /**< Print the completion for bash. */
	CLI_HEALTH, /**< Ask a running server, at `url`, whether it is well. */
	CLI_PASSWORD, /**< Read a password and print its hash. */
	CLI_HELP, /**< Print cli_help(), or the help of `plugin`. */
	CLI_VERSION
};

/** Texts are those of argv, or literals. */
struct cli {
	enum cli_action action;
	const char *file; /**< -c FILE; NULL: single-camera mode, or the demo */
	bool demo;
	char **sets; /**< "path=value", NULL at the end; owned, also its texts */
	const char *plugin; /**< --help PLUGIN; NULL: none */
	const char *section; /**< --man SECTION: "1" or "5" */
	const char *url; /**< --health URL; NULL: HEALTH_URL */
};

/** Exit codes of cam_server. */
enum { CLI_EXIT_OK = 0, CLI_EXIT_FAILED = 1, CLI_EXIT_USAGE = 2 };

/**
 * Parse the command line. Reorders argv as getopt_long(3) does, and overwrites the values of --set in it: they may be
 * secrets, and argv is what `ps` shows.
 * @return 0 and *ret, to be given to cli_free(); -EINVAL or -ENOMEM with a line in message: exit with CLI_EXIT_USAGE
 */
int cli_parse(int argc, char **argv, struct cli *ret, struct text *message);
void cli_free(struct cli *);
/** Everything the command line knows: getopt's table, --help, the manual and the completion are made of it. */
struct cli_option {
	const char *name;
	int letter; /**< 0: none */
	int action; /**< enum cli_action, or a letter */
	const char *arg; /**< NULL: none; "[X]": a word may follow */
	const char *help; /**< NULL: works, but is not documented */
};
/** @return option number i, NULL behind the last */
const struct cli_option *cli_option(size_t i);
/** Add the text of --help. */
void cli_help(struct text *out);
#endif
