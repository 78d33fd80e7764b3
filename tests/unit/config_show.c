/* SPDX-License-Identifier: MIT */
#include "config_fakes.h"
#include "core/config/show/completion.h"
#include "core/config/show/describe.h"
#include "core/config/show/example.h"
#include "core/config/show/help.h"
#include "core/config/show/man.h"
#include "core/config/show/roff.h"
#include "core/config/show/schema.h"
#include "core/config/show/template.h"
#include "tests/check.h"

#include <stdlib.h>

static int count(const struct text *in, const char *what)
{
	int n = 0;

	for (const char *s = text_str(in); (s = strstr(s, what)); s += strlen(what))
		n++;
	return n;
}

static struct text all;

static void begin(void)
{
	text_free(&all);
}

TEST(text_of_a_manual_is_no_command)
{
	begin();
	roff_text(&all, ".TH 'x' \"a-b\" \\ ^~` \n");
	CHECK_STR(text_str(&all), "\\&.TH 'x' \\(dqa-b\\(dq \\e \\(ha\\(ti\\(ga  ");
	begin();
	roff_literal(&all, "'a-b");
	CHECK_STR(text_str(&all), "\\&'a\\-b");
	begin();
}

TEST(the_manual_tells_each_plugin_with_its_options)
{
	static const char *const parts[] = {".TH CAM_SERVER.YAML 5 ", "\n.SS rtsp_in\nA source. A fake.\n",
		".BR url \" (text)\"\nWhere the camera is. Required. url_file reads it from a file.\n",
		".BR password \" (text; secret)\"\n", ".BR timeout \" (time; default 5s)\"\n",
		"\n.SS web_hook\nA listener.", ".BR log_level \" (one of; default info)\"\n",
		"\n.SH USERS\n.TP\n.BR hash \" (text; secret)\"\n"};

	begin();
	config_man(&fake_plugins, &all);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		CHECK(strstr(text_str(&all), parts[i]));
	CHECK_INT(count(&all, "\n.SS "), 9);
	begin();
}

TEST(keys_are_completed_each_once)
{
	struct plugin_list l;

	begin();
	plugin_list_fill(&l, &fake_plugins);
	config_completion_keys(&l, 2, &all);
	CHECK_INT(count(&all, "\t\turl\n"), 1); /* rtsp_in and web_hook have it */
	CHECK_INT(count(&all, "\t\turl_file\n"), 1);
	CHECK_INT(count(&all, "\t\tpassword_file\n"), 1);
	CHECK_INT(count(&all, "\t\twidth\n"), 1);
	CHECK_INT(count(&all, "\t\tdirectory\n"), 1); /* of two recorders with one table */
	CHECK_INT(count(&all, "\t\twidth_file\n"), 0);
	CHECK_INT(count(&all, "log_level"), 0);
	begin();
	config_completion_server(1, &all);
	CHECK_INT(count(&all, "\tserver.log_level\n"), 1);
	CHECK_INT(count(&all, "\tserver.anonymous\n"), 1);
	begin();
	config_completion_users(1, &all);
	CHECK_STR(text_str(&all), "\thash\n\thash_file\n\trole\n\tcameras\n\tsince\n");
	begin();
	config_completion_values(&l, 1, &all);
	CHECK_INT(count(&all, "\ttransport) values=\"tcp udp\" ;;\n"), 1);
	CHECK_INT(count(&all, "\tfill) values=\"demand always\" ;;\n"), 1);
	CHECK_INT(count(&all, "\tsync) values=\"true false\" ;;\n"), 1); /* of two recorders */
	CHECK_INT(count(&all, "\trole) values=\"view playback control admin\" ;;\n"), 1);
	CHECK_INT(count(&all, "\tprotect) values=\"true false\" ;;\n"), 1);
	CHECK_INT(count(&all, "\turl)"), 0);
	plugin_list_free(&l);
	begin();
}

TEST(plugins_are_listed_by_kind_and_name)
{
	static const char *const names[] = {"rtsp_in", "test_in", "mem_ring", "shm_ring", "recorder_jpg",
		"recorder_mp4", "ws_view", "motion", "web_hook"};
	struct plugin_list l;

	plugin_list_fill(&l, &fake_plugins);
	CHECK_INT(l.n, sizeof(names) / sizeof(names[0]));
	for (size_t i = 0; i < l.n && i < sizeof(names) / sizeof(names[0]); i++)
		CHECK(plugin_list_find(&l, names[i]));
	for (size_t i = 1; i < l.n; i++)
		CHECK(l.items[i - 1]->kind < l.items[i]->kind ||
			(l.items[i - 1]->kind == l.items[i]->kind &&
				strcmp(l.items[i - 1]->name, l.items[i]->name) < 0));
	CHECK(!plugin_list_find(&l, "other"));
	plugin_list_free(&l);
	CHECK(!l.items && !l.n);
}

static void fill(void *arg, const char *word, size_t indent, struct text *out)
{
	(void)arg;
	text_printf(out, "<%s %zu>\n", word, indent);
}

TEST(a_line_of_a_template_is_a_word_or_stays)
{
	begin();
	template_render(
		"a @b@\n  @word_1@\n@Word@\n@@\n@w "
		"o@\n@long_words_that_go_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on@\n"
		"\t@x@",
		fill, NULL, &all);
	CHECK_STR(text_str(&all),
		"a @b@\n<word_1 2>\n@Word@\n@@\n@w "
		"o@\n@long_words_that_go_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on@\n"
		"<x 1>\n");
	begin();
}

TEST(the_example_has_plugins_that_its_template_does_not_name)
{
	begin();
	config_example(&fake_plugins, &all);
	CHECK_INT(count(&all, "# Further plugins found here:\n"), 1);
	CHECK_INT(count(&all, "# plugin: recorder_jpg, a recorder: A fake.\n"), 1);
	CHECK_INT(count(&all, "# plugin: web_hook, a listener: A fake.\n"), 1);
	CHECK_INT(count(&all, "# plugin: rtsp_in,"), 0);
	CHECK_INT(count(&all, "#- transport: tcp"), 1);
	CHECK_INT(count(&all, "    # hash: ..."), 1);
	begin();
}

TEST(the_schema_has_each_plugin_and_what_its_siblings_have)
{
	static const char *const parts[] = {"\"plugin_rtsp_in\": {", "\"url_file\": {\"$ref\"",
		"\n\"pattern\": true", "\"kind_recorder\": {", "{\"$ref\": \"#/$defs/plugin_web_hook\"}",
		"\"users\": {", "\"hash_file\": {", "\"on\": {\"$ref\": \"#/$defs/on\"}"};

	begin();
	config_schema(&fake_plugins, &all);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		CHECK(strstr(text_str(&all), parts[i]));
	CHECK_INT(count(&all, "\"plugin_rtsp_in\": {"), 1);
	begin();
}

static const struct cam_plugin *find_none(void *arg, const char *name, const char **ret_why)
{
	(void)arg;
	(void)name;
	*ret_why = "it is none";
	return NULL;
}

TEST(without_plugins_all_is_told_that_is_left)
{
	const struct config_plugins none = {find_none, fake_plugins.names, NULL};

	begin();
	config_example(&none, &all);
	CHECK_INT(count(&all, "# There is no plugin rtsp_in here.\n"), 1);
	CHECK_INT(count(&all, "#- log_level: info"), 1);
	begin();
	config_schema(&none, &all);
	CHECK_INT(count(&all, "\"server\": {"), 1);
	CHECK_INT(count(&all, "\"plugin_rtsp_in\""), 0);
	begin();
	config_man(&none, &all);
	CHECK_INT(count(&all, "\n.SS "), 0);
	begin();
}

TEST(an_option_is_described_with_all_that_binds_it)
{
	static const struct cam_enum values[] = {{"a", 1, "first"}, {"b", 2, NULL}, {NULL, 0, NULL}};
	static const struct cam_opt options[] = {
		{"n", CAM_INT, CAM_RELOADABLE, 0, "5", 1, 9, "steps", NULL, "How many."},
		{"e", CAM_ENUM, CAM_REQUIRED, 0, NULL, 0, 0, NULL, values, "Which."},
		{"s", CAM_STRING, CAM_SECRET, 0, "", 0, 0, NULL, NULL, NULL}};
	static const char *const want[] = {"How many. 1 to 9 steps. Changes without a restart.",
		"Which. One of a (first), b. Required.", "s s_file reads it from a file."};

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		begin();
		option_describe(&options[i], &all);
		CHECK_STR(text_str(&all), want[i]);
	}
	begin();
}

TEST(help_of_each_kind_tells_its_keys)
{
	static const struct {
		const char *plugin, *has, *has_not;
	} cases[] = {{"rtsp_in", "  required  (one of; default auto)", "\n  from  ("},
		{"shm_ring", "  from  (name of the stage to take packets from)", "\n  on  ("},
		{"motion", "with *; default trigger)", "names of cameras"},
		{"motion", "\nEvents that it raises:\n  motion  Something moves.\n  tampering",
			"\nStatistics:"},
		{"web_hook", "  from  (names of cameras with * and ?", "\nRoutes:"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin();
		config_help(fake_plugin(cases[i].plugin), &all);
		CHECK(strstr(text_str(&all), cases[i].has));
		CHECK(!strstr(text_str(&all), cases[i].has_not));
	}
	begin();
}

RUN_TESTS(T(text_of_a_manual_is_no_command), T(the_manual_tells_each_plugin_with_its_options),
	T(keys_are_completed_each_once), T(plugins_are_listed_by_kind_and_name),
	T(a_line_of_a_template_is_a_word_or_stays),
	T(the_example_has_plugins_that_its_template_does_not_name),
	T(the_schema_has_each_plugin_and_what_its_siblings_have), T(without_plugins_all_is_told_that_is_left),
	T(an_option_is_described_with_all_that_binds_it), T(help_of_each_kind_tells_its_keys))
