/* SPDX-License-Identifier: MIT */
#include "core/app/cli.h"
#include "tests/check.h"

#include <errno.h>

static struct text message;

static char copy[256];

static int parse(const char *line, struct cli *ret)
{
	char *argv[16];
	int argc = 0;

	snprintf(copy, sizeof(copy), "cam_server %s", line);
	for (char *s = strtok(copy, " "); s && argc < 15; s = strtok(NULL, " "))
		argv[argc++] = s;
	argv[argc] = NULL;
	text_free(&message);
	return cli_parse(argc, argv, ret, &message);
}

TEST(cli_runs_a_file_with_sets)
{
	struct cli c;

	CHECK_INT(parse("-c a.yaml -s x.y=1 --set z.w=2", &c), 0);
	CHECK_INT(c.action, CLI_RUN);
	CHECK_STR(c.file, "a.yaml");
	CHECK_STR(c.sets[0], "x.y=1");
	CHECK_STR(c.sets[1], "z.w=2");
	CHECK(!c.sets[2] && !c.demo);
	cli_free(&c);
}

TEST(cli_takes_a_value_that_looks_like_an_option)
{
	struct cli c;

	CHECK_INT(parse("-c -check -s -set=1 --config=-set", &c), -EINVAL); /* -c twice */
	CHECK_INT(parse("-c -check --set -demo", &c), 0);
	CHECK_STR(c.file, "-check");
	CHECK_STR(c.sets[0], "-demo");
	cli_free(&c);
}

TEST(cli_overwrites_what_is_set_where_others_see_it)
{
	struct cli c;

	CHECK_INT(parse("-sx.y=secret-word -s z.w=12 --set=secret", &c), 0);
	CHECK_STR(copy, "cam_server");
	CHECK_STR(copy + 11, "-sx.y=********");
	CHECK(!memmem(copy, sizeof(copy), "word", 4) && !memmem(copy, sizeof(copy), "secret", 6));
	CHECK(memmem(copy, sizeof(copy), "z.w=**", 7) && memmem(copy, sizeof(copy), "--set=******", 13));
	CHECK_STR(c.sets[0], "x.y=secret-word");
	CHECK_STR(c.sets[2], "secret");
	cli_free(&c);
}

TEST(cli_knows_each_action)
{
	static const struct {
		const char *line;
		int action;
	} cases[] = {{"", CLI_RUN}, {"--check", CLI_CHECK}, {"--print-config", CLI_PRINT_CONFIG},
		{"--plugins", CLI_PLUGINS}, {"--version", CLI_VERSION}, {"--help", CLI_HELP},
		{"-h", CLI_HELP}, {"--schema", CLI_SCHEMA}, {"--example", CLI_EXAMPLE}, {"--man 5", CLI_MAN},
		{"--completion", CLI_COMPLETION}};
	struct cli c;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CHECK_INT(parse(cases[i].line, &c), 0);
		CHECK_INT(c.action, cases[i].action);
		cli_free(&c);
	}
}

TEST(cli_help_takes_a_plugin)
{
	struct cli c;

	CHECK_INT(parse("--help ws_view", &c), 0);
	CHECK_INT(c.action, CLI_HELP);
	CHECK_STR(c.plugin, "ws_view");
	cli_free(&c);
}

TEST(cli_health_takes_a_url)
{
	struct cli c;

	CHECK_INT(parse("--health", &c), 0);
	CHECK_INT(c.action, CLI_HEALTH);
	CHECK(!c.url);
	cli_free(&c);
	CHECK_INT(parse("--health http://127.0.0.1:8080/healthz", &c), 0);
	CHECK_STR(c.url, "http://127.0.0.1:8080/healthz");
	cli_free(&c);
}

TEST(cli_man_takes_a_section)
{
	struct cli c;

	CHECK_INT(parse("--man 1", &c), 0);
	CHECK_STR(c.section, "1");
	cli_free(&c);
	CHECK_INT(parse("--man", &c), -EINVAL);
	CHECK_INT(parse("--man 3", &c), -EINVAL);
	CHECK(strstr(text_str(&message), "1 or 5"));
	text_free(&message);
}

TEST(cli_refuses_with_a_remedy)
{
	static const char *const cases[][2] = {
		{"--chek", "cam_server: there is no option --chek; did you mean --check?\n"},
		{"--wonderful", "cam_server: there is no option --wonderful; cam_server --help lists them\n"},
		{"-x", "cam_server: there is no option -x; cam_server --help lists them\n"},
		{"-check", "cam_server: -check has one dash; write --check\n"},
		{"-s a.b=1 --config x -help", "cam_server: -help has one dash; write --help\n"},
		{"-c", "cam_server: -c needs a value: FILE\n"},
		{"--set", "cam_server: --set needs a value: PATH=VALUE\n"},
		{"-c a -c b", "cam_server: -c was given twice; one file holds one configuration\n"},
		{"--check --plugins",
			"cam_server: --check and --plugins do not go together; use one at a time\n"},
		{"--demo -c a", "cam_server: --demo and -c do not go together; the demo brings its own "
				"configuration\n"},
		{"a.yaml", "cam_server: 1 word too many behind the options; a file is named with -c FILE, a "
			   "value set with -s PATH=VALUE\n"},
		{"--check -s a.password secret x",
			"cam_server: 2 words too many behind the options; a file is named with -c FILE, a "
			"value set with -s PATH=VALUE\n"},
		{"--help a b",
			"cam_server: 1 word too many behind the options; a file is named with -c FILE, "
			"a value set with -s PATH=VALUE\n"},
		{"--check=1", "cam_server: --check: this option takes no value, or there is none of that "
			      "name; see --help\n"},
	};
	struct cli c;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CHECK_INT(parse(cases[i][0], &c), -EINVAL);
		CHECK_STR(text_str(&message), cases[i][1]);
	}
	text_free(&message);
}

TEST(cli_help_names_every_option)
{
	static const char *const names[] = {"-c, --config FILE", "-s, --set PATH=VALUE", "--check",
		"--print-config", "--plugins", "--demo", "--health [URL]", "--help [PLUGIN]", "--version"};
	struct text out = {0};

	cli_help(&out);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		CHECK(strstr(text_str(&out), names[i]));
	text_free(&out);
}

RUN_TESTS(T(cli_runs_a_file_with_sets), T(cli_takes_a_value_that_looks_like_an_option),
	T(cli_overwrites_what_is_set_where_others_see_it), T(cli_knows_each_action),
	T(cli_help_takes_a_plugin), T(cli_health_takes_a_url), T(cli_man_takes_a_section),
	T(cli_refuses_with_a_remedy), T(cli_help_names_every_option))
