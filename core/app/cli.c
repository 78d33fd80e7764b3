/* SPDX-License-Identifier: MIT */
#include "core/app/cli.h"
#include "core/config/words/nearest.h"

#include "core/config/tree/report.h"
#include "core/supervise/health.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const struct cli_option known[] = {
	{"config", 'c', 'c', "FILE", "read the configuration from FILE (YAML)"},
	{"set", 's', 's', "PATH=VALUE",
		"set one value, as in cameras.front.source.url=rtsp://...; beats the environment"},
	{"check", 0, CLI_CHECK, NULL, "check the configuration, start nothing"},
	{"print-config", 0, CLI_PRINT_CONFIG, NULL, "print every value and where it came from"},
	{"schema", 0, CLI_SCHEMA, NULL,
		"print the JSON Schema of the configuration, for editors and validators"},
	{"example", 0, CLI_EXAMPLE, NULL, "print a configuration that shows every option"},
	{"plugins", 0, CLI_PLUGINS, NULL, "list the plugins"},
	{"demo", 0, 'd', NULL, "run two cameras made up here, for http://127.0.0.1:5000/"},
	{"health", 0, CLI_HEALTH, "[URL]",
		"ask a running server whether it is well, at " HEALTH_URL "; exit 0 if so"},
	{"password", 0, CLI_PASSWORD, NULL, "ask for a password and print what to write as a user's hash"},
	{"help", 'h', CLI_HELP, "[PLUGIN]", "print this, or a plugin's options, statistics and routes"},
	{"version", 'V', CLI_VERSION, NULL, "print the version"},
	/* What `make regenerate` asks for: with foreign plugins, `cam_server --man 5 | man -l -` shows theirs too. */
	{"man", 0, CLI_MAN, "[SECTION]", NULL},
	{"completion", 0, CLI_COMPLETION, NULL, NULL},
};

enum { N_KNOWN = sizeof(known) / sizeof(known[0]) };

struct parse {
	struct cli *cli;
	const struct cli_option *action; /* the option that chose the action */
	size_t n_sets;
	struct text *message;
};

static int usage(struct parse *p, const char *what, const char *which, const char *remedy)
{
	text_printf(p->message, "cam_server: %s%s%s\n", what, which, remedy);
	return -EINVAL;
}

static int act(struct parse *p, const struct cli_option *k)
{
	if (p->action && p->action != k) {
		text_printf(p->message, "cam_server: --%s and --%s do not go together; use one at a time\n",
			p->action->name, k->name);
		return -EINVAL;
	}
	p->action = k;
	p->cli->action = (enum cli_action)k->action;
	return 0;
}

/*
 * A value may be a secret: it is kept here, and overwritten where `ps` and /proc/PID/cmdline show it, by stars, as many
 * as there is room for and never more than 8. The path stays to be seen.
 */
static int one_set(struct parse *p, char *set)
{
	char *value = strchr(set, '='), *copy = strdup(set);
	size_t n;

	if (!copy) {
		text_add(p->message, "cam_server: out of memory\n");
		return -ENOMEM;
	}
	p->cli->sets[p->n_sets++] = copy;
	value = value ? value + 1 : set;
	n = strlen(value);
	explicit_bzero(value, n);
	memset(value, '*', n < 8 ? n : 8);
	return 0;
}

static int one_option(struct parse *p, const struct cli_option *k)
{
	switch (k->action) {
	case 'c':
		if (p->cli->file)
			return usage(p, "-c was given twice", "", "; one file holds one configuration");
		p->cli->file = optarg;
		return 0;
	case 's':
		return one_set(p, optarg);
	case 'd':
		p->cli->demo = true;
		return 0;
	default:
		return act(p, k);
	}
}

static int unknown_option(struct parse *p, int c, const char *word)
{
	char letter[] = {'-', (char)optopt, 0};
	struct nearest near;

	if (c == ':') {
		for (size_t i = 0; i < N_KNOWN; i++)
			if (known[i].letter == optopt)
				return usage(p, word, " needs a value: ", known[i].arg);
	}
	if (strncmp(word, "--", 2) != 0)
		return usage(p, "there is no option ", letter, "; cam_server --help lists them");
	if (strchr(word, '=')) {
		text_printf(p->message,
			"cam_server: %.*s: this option takes no value, or there is none of that name; see "
			"--help\n",
			(int)strcspn(word, "="), word);
		return -EINVAL;
	}
	nearest_init(&near, word + 2);
	for (size_t i = 0; i < N_KNOWN; i++)
		if (known[i].help)
			nearest_try(&near, known[i].name);
	text_printf(p->message, "cam_server: there is no option %s; ", word);
	if (near.best[0])
		text_printf(p->message, "did you mean --%s?\n", near.best);
	else
		text_add(p->message, "cam_server --help lists them\n");
	return -EINVAL;
}

static bool takes_next_word(const char *word)
{
	for (size_t i = 0; i < N_KNOWN; i++)
		if (known[i].arg && known[i].arg[0] != '[' &&
			((word[1] == known[i].letter && !word[2]) ||
				(word[1] == '-' && !strcmp(word + 2, known[i].name))))
			return true;
	return false;
}

/* -check would be -c heck. @return whether a long option has one dash, which is told */
static bool has_one_dash(struct parse *p, int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (argv[i][0] != '-' || !argv[i][1])
			continue;
		for (size_t k = 0; k < N_KNOWN; k++)
			if (!strcmp(argv[i] + 1, known[k].name)) {
				usage(p, argv[i], " has one dash; write --", known[k].name);
				return true;
			}
		i += takes_next_word(argv[i]);
	}
	return false;
}

static int options(struct parse *p, int argc, char **argv)
{
	struct option longs[N_KNOWN + 1] = {0};
	int c, index, err = has_one_dash(p, argc, argv) ? -EINVAL : 0;

	for (size_t i = 0; i < N_KNOWN; i++)
		longs[i] = (struct option){known[i].name,
			known[i].arg && known[i].arg[0] != '[' ? required_argument : no_argument, NULL,
			known[i].letter ? known[i].letter : 256 + (int)i};
	optind = 0; /* GNU: begin anew */
	opterr = 0;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): no thread yet */
	while (!err && (c = getopt_long(argc, argv, ":c:s:hV", longs, &index)) != -1) {
		const struct cli_option *k = NULL;

		for (size_t i = 0; i < N_KNOWN; i++)
			if (longs[i].val == c)
				k = &known[i];
		err = k ? one_option(p, k) : unknown_option(p, c, argv[optind - 1]);
	}
	return err;
}

/* The words after the options: only --help, --health and --man have one. */
static int words(struct parse *p, int argc, char **argv)
{
	if (optind < argc && p->cli->action == CLI_HELP)
		p->cli->plugin = argv[optind++];
	else if (optind < argc && p->cli->action == CLI_HEALTH)
		p->cli->url = argv[optind++];
	else if (optind < argc && p->cli->action == CLI_MAN)
		p->cli->section = argv[optind++];
	if (optind < argc) {
		/* Not shown: it may be a password, or a URL that holds one. */
		text_printf(p->message,
			"cam_server: %d word%s too many behind the options; a file is named with -c FILE, a "
			"value "
			"set with -s PATH=VALUE\n",
			argc - optind, argc - optind == 1 ? "" : "s");
		return -EINVAL;
	}
	if (p->cli->action == CLI_MAN && (!p->cli->section || (strcmp(p->cli->section, "1") != 0 &&
								      strcmp(p->cli->section, "5") != 0)))
		return usage(p, "--man needs a section", "", ": 1 or 5");
	if (p->cli->demo && p->cli->file)
		return usage(
			p, "--demo and -c do not go together", "", "; the demo brings its own configuration");
	return 0;
}

int cli_parse(int argc, char **argv, struct cli *ret, struct text *message)
{
	struct cli cli = {.sets = calloc((size_t)argc + 1, sizeof(char *))};
	struct parse p = {.cli = &cli, .message = message};
	int err;

	if (!cli.sets) {
		text_add(message, "cam_server: out of memory\n");
		return -ENOMEM;
	}
	err = options(&p, argc, argv);
	if (!err)
		err = words(&p, argc, argv);
	if (err)
		cli_free(&cli);
	else
		*ret = cli;
	return err;
}

void cli_free(struct cli *c)
{
	for (char **set = c->sets; set && *set; set++) {
		explicit_bzero(*set, strlen(*set));
		free(*set);
	}
	free(c->sets);
	c->sets = NULL;
}

const struct cli_option *cli_option(size_t i)
{
	return i < N_KNOWN ? &known[i] : NULL;
}

void cli_help(struct text *out)
{
	text_add(out, "Usage: cam_server [OPTION]...\n"
		      "Without -c and --demo it serves one camera, set up by the environment: "
		      "CAMERA_RTSP_URL=rtsp://... cam_server\n\n");
	for (size_t i = 0; i < N_KNOWN; i++) {
		size_t start = out->len;

		if (!known[i].help)
			continue;
		if (known[i].letter)
			text_printf(out, "  -%c, ", known[i].letter);
		else
			text_add(out, "      ");
		text_printf(out, "--%s%s%s ", known[i].name, known[i].arg ? " " : "",
			known[i].arg ? known[i].arg : "");
		while (!out->failed && out->len - start < 28)
			text_add(out, " ");
		text_printf(out, "%s\n", known[i].help);
	}
	text_add(out, "\nAny value can come from the environment by its path: "
		      "CAM_SERVER__CAMERAS__FRONT__SOURCE__URL=rtsp://...\n"
		      "Exit codes: 0 fine, 1 failure while running, 2 configuration or usage.\n");
}
