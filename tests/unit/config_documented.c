/* SPDX-License-Identifier: MIT */
/* Every option of every plugin, and of the server: documented everywhere, and settable from everywhere. */
#include "config_fakes.h"
#include "tests/check.h"

#include "core/base/kind.h"
#include "core/config/load.h"
#include "core/config/loading.h"
#include "core/config/origin.h"
#include "core/config/server_options.h"
#include "core/config/show/example.h"
#include "core/config/show/man.h"
#include "core/config/show/plugins.h"
#include "core/config/show/schema.h"
#include "core/config/user_options.h"
#include "core/plugin/loader.h"

#include <unistd.h>

struct world {
	struct loader *loader;
	struct config_plugins plugins;
	struct plugin_list list;
	struct text schema, man, example;
};

static const char *const shipped[] = {
	"rtsp_in", "test_in", "shm_ring", "mem_ring", "recorder_mp4", "ws_view"};

static const struct cam_plugin *find(void *arg, const char *name, const char **ret_why)
{
	return loader_find(arg, name, ret_why);
}

static void names(void *arg, void (*visit)(void *visit_arg, const char *name), void *visit_arg)
{
	loader_names(arg, visit, visit_arg);
}

static void set_up(struct world *w)
{
	const char *path = getenv("CAM_SERVER_PLUGIN_PATH"), *build = getenv("top_builddir");
	struct text folder = {0};

	*w = (struct world){0};
	text_printf(&folder, "%s/.libs", build ? build : ".");
	w->loader = loader_new(path ? path : text_str(&folder));
	text_free(&folder);
	CHECK(w->loader);
	w->plugins = (struct config_plugins){find, names, w->loader};
	plugin_list_fill(&w->list, &w->plugins);
	CHECK(!w->list.failed);
	for (size_t i = 0; i < sizeof(shipped) / sizeof(shipped[0]); i++)
		CHECK(plugin_list_find(&w->list, shipped[i]));
	config_schema(&w->plugins, &w->schema);
	config_man(&w->plugins, &w->man);
	config_example(&w->plugins, &w->example);
}

static void tear_down(struct world *w)
{
	text_free(&w->schema);
	text_free(&w->man);
	text_free(&w->example);
	plugin_list_free(&w->list);
	loader_free(w->loader);
}

/* Whether `want` stands between the line that begins a part and the one that begins the next. */
static int stands(
	const struct text *all, const char *begin, const char *end, const char *format, const char *option)
{
	const char *at = strstr(text_str(all), begin), *until, *found;
	char want[128], *hole;

	snprintf(want, sizeof(want), "%s", format);
	hole = strchr(want, '@');
	snprintf(hole, sizeof(want) - (size_t)(hole - want), "%s%s", option, strchr(format, '@') + 1);
	at = at ? at + strlen(begin) : NULL;
	until = at ? strstr(at, end) : NULL;
	found = at ? strstr(at, want) : NULL;
	if (found && (!until || found < until))
		return 1;
	printf("# %s is not told after \"%s\"\n", option, begin);
	return 0;
}

static int documented(const struct world *w, const struct cam_plugin *p, const struct cam_opt *o)
{
	char schema[96], man[96], example[96];

	snprintf(schema, sizeof(schema), "\"plugin_%s\": {", p->name);
	snprintf(man, sizeof(man), "\n.SS %s\n", p->name);
	snprintf(example, sizeof(example), "plugin: %s", p->name);
	return stands(&w->schema, schema, "\"additionalProperties\"", "\n\"@\": {", o->name) &
	       stands(&w->man, man, "\n.S", "\n.BR @ ", o->name) &
	       stands(&w->example, example, "plugin: ", " @: ", o->name);
}

TEST(each_option_is_in_schema_manual_and_example)
{
	struct world w;
	int n = 0, told = 0;

	set_up(&w);
	for (size_t i = 0; i < w.list.n; i++)
		for (const struct cam_opt *o = w.list.items[i]->options; o && o->name; o++) {
			if (o->flags & CAM_HIDDEN)
				continue;
			n++;
			told += documented(&w, w.list.items[i], o);
		}
	for (const struct cam_opt *o = server_options; o->name; o++) {
		n++;
		told += stands(&w.schema, "\n\"server\": {", "\"additionalProperties\"", "\n\"@\": {",
				o->name) &
			stands(&w.man, "\n.SH SERVER\n", "\n.SH", "\n.BR @ ", o->name) &
			stands(&w.example, "\nserver:\n", "\nusers:", " @: ", o->name);
	}
	for (const struct cam_opt *o = user_options; o->name; o++) {
		n++;
		told += stands(&w.schema, "\n\"users\": {", "\"additionalProperties\": false", "\n\"@\": {",
				o->name) &
			stands(&w.man, "\n.SH USERS\n", "\n.SH", "\n.BR @ ", o->name) &
			stands(&w.example, "\nusers:", "\ndefaults:", " @: ", o->name);
	}
	tear_down(&w);
	printf("# %d options\n", n);
	CHECK_INT(told, n);
}

enum way { IN_FILE, BY_VARIABLE, BY_SET, N_WAYS };

static const char *some_value(const struct cam_opt *o)
{
	if (!o->def)
		return "rtsp://192.0.2.1/";
	return *o->def ? o->def : "text";
}

/* The file of one node, with all its options but `left_out`: some need one another. */
static void file_with(const struct cam_plugin *p, const struct cam_opt *left_out, struct text *yaml)
{
	text_add(yaml, "cameras:\n  c:\n");
	if (p->kind != CAM_SOURCE)
		text_add(yaml, "    in: {plugin: test_in}\n");
	if (kind_section(p->kind))
		text_printf(yaml, "%s:\n", kind_section(p->kind));
	text_printf(yaml, "%snode:\n      plugin: %s\n", kind_section(p->kind) ? "  " : "    ", p->name);
	for (const struct cam_opt *o = p->options; o && o->name; o++) {
		if (o == left_out)
			continue;
		text_printf(yaml, "      %s: ", o->name);
		text_json(yaml, some_value(o));
		text_add(yaml, "\n");
	}
}

/* @return the configuration, NULL with the errors */
static struct config *loaded(
	const struct world *w, const char *yaml, char *variable, const char *set, struct text *errors)
{
	char *environ_of[] = {variable, NULL};
	const char *const sets[] = {set, NULL};
	const struct config_input in = {.text = yaml,
		.text_name = "t.yaml",
		.environ = environ_of,
		.sets = sets,
		.plugins = w->plugins};
	struct config *c = NULL;

	config_load(&in, &c, errors);
	return c;
}

static int set_by(struct world *w, const struct cam_plugin *p, const struct cam_opt *o, enum way way)
{
	static const char *const begins[] = {"t.yaml:", "environment CAM_SERVER__", "--set"};
	const char *section = kind_section(p->kind), *origin = "nothing";
	struct text yaml = {0}, variable = {0}, set = {0}, errors = {0};
	struct config *c;
	int ok;

	file_with(p, way == IN_FILE ? NULL : o, &yaml);
	text_printf(&set, "%s.node.%s=%s", section ? section : "cameras.c", o->name, some_value(o));
	text_printf(&variable, "CAM_SERVER__%s__NODE__%s=%s", section ? section : "CAMERAS__C", o->name,
		some_value(o));
	for (char *s = variable.data; s && *s != '='; s++)
		*s = (char)(*s >= 'a' && *s <= 'z' ? *s - 32 : *s);
	c = loaded(w, text_str(&yaml), way == BY_VARIABLE ? variable.data : NULL,
		way == BY_SET ? text_str(&set) : NULL, &errors);
	for (size_t i = 0; c && i < c->n_nodes; i++)
		if (!strcmp(c->nodes[i].stage, "node"))
			origin = config_origin(c, &c->nodes[i], o->name);
	ok = !strncmp(origin, begins[way], strlen(begins[way]));
	if (!ok)
		printf("# %s.%s comes from %s, not %s: %s", p->name, o->name, origin, begins[way],
			text_str(&errors));
	config_free(c);
	text_free(&yaml);
	text_free(&variable);
	text_free(&set);
	text_free(&errors);
	return ok;
}

TEST(each_option_can_be_set_in_the_file_by_variable_and_on_the_command_line)
{
	struct world w;
	int n = 0, reached = 0;

	set_up(&w);
	for (size_t i = 0; i < w.list.n; i++)
		for (const struct cam_opt *o = w.list.items[i]->options; o && o->name; o++)
			for (enum way way = IN_FILE; way < N_WAYS; way++) {
				n++;
				reached += set_by(&w, w.list.items[i], o, way);
			}
	tear_down(&w);
	CHECK_INT(reached, n);
}

/* @return whether option number i of the server tells this origin */
static int server_set_by(const struct world *w, size_t i, const char *yaml, char *variable, const char *set)
{
	const char *want = variable ? "environment CAM_SERVER__SERVER__" : set ? "--set" : "t.yaml:";
	struct text errors = {0};
	struct config *c = loaded(w, yaml, variable, set, &errors);
	const char *origin =
		c ? ((const struct config_loaded *)(const void *)c)->server_origins[i] : text_str(&errors);
	int ok = !strncmp(origin, want, strlen(want));

	if (!ok)
		printf("# server.%s comes from %s, not %s\n", server_options[i].name, origin, want);
	config_free(c);
	text_free(&errors);
	return ok;
}

TEST(each_option_of_the_server_can_be_set_everywhere_too)
{
	static const char base[] = "cameras: {c: {in: {plugin: test_in}}}\n";
	const struct cam_opt *o = server_options;
	struct world w;
	int reached = 0;
	size_t n = 0;

	set_up(&w);
	for (; o[n].name; n++) {
		char yaml[256], variable[128], set[128];

		snprintf(yaml, sizeof(yaml), "%sserver: {%s: \"%s\"}\n", base, o[n].name, o[n].def);
		snprintf(variable, sizeof(variable), "CAM_SERVER__SERVER__%s=%s", o[n].name, o[n].def);
		snprintf(set, sizeof(set), "server.%s=%s", o[n].name, o[n].def);
		reached += server_set_by(&w, n, yaml, NULL, NULL) +
			   server_set_by(&w, n, base, variable, NULL) + server_set_by(&w, n, base, NULL, set);
	}
	tear_down(&w);
	CHECK_INT(reached, 3 * (int)n);
}

static const char *origin_of(const struct config *c, const char *stage, const char *key)
{
	for (size_t i = 0; c && i < c->n_nodes; i++)
		if (!strcmp(c->nodes[i].stage, stage))
			return config_origin(c, &c->nodes[i], key);
	return "nothing";
}

/* Set cameras.c.STAGE.NAME in one way. @return whether that reaches the option `key` */
static int reached(struct world *w, const char *stage, const char *name, const char *key, const char *value,
	enum way way)
{
	const char *begins[] = {"t.yaml:4:", "environment CAM_SERVER__", "--set"}, *origin;
	char yaml[512], line[160] = "", variable[256], set[256];
	struct text errors = {0};
	int is_source = !strcmp(stage, "in"), ok;
	struct config *c;

	if (way == IN_FILE)
		snprintf(line, sizeof(line), "%s: \"%s\"", name, value);
	snprintf(yaml, sizeof(yaml), "cameras:\n  c:\n    %s:\n      {plugin: %s, %s}\n    %s\n", stage,
		is_source ? "rtsp_in" : "recorder_mp4", line, is_source ? "" : "in: {plugin: test_in}");
	snprintf(variable, sizeof(variable), "CAM_SERVER__CAMERAS__C__%s__%s=%s", stage, name, value);
	snprintf(set, sizeof(set), "cameras.c.%s.%s=%s", stage, name, value);
	c = loaded(w, yaml, way == BY_VARIABLE ? variable : NULL, way == BY_SET ? set : NULL, &errors);
	origin = origin_of(c, stage, key);
	ok = !strncmp(origin, begins[way], strlen(begins[way]));
	if (!ok)
		printf("# %s comes from %s, not %s: %s\n", key, origin, begins[way], text_str(&errors));
	config_free(c);
	text_free(&errors);
	return ok;
}

TEST(keys_of_every_stage_and_the_file_of_a_url_can_be_set_everywhere_too)
{
	char path[] = "/tmp/cam_server_test_XXXXXX";
	int fd = mkstemp(path);
	struct world w;

	CHECK(fd >= 0 && write(fd, "rtsp://h/1\n", 11) == 11);
	close(fd);
	set_up(&w);
	for (enum way way = IN_FILE; way < N_WAYS; way++) {
		CHECK(reached(&w, "out", "from", "from", "in", way));
		CHECK(reached(&w, "out", "required", "required", "false", way));
		CHECK(reached(&w, "in", "url_file", "url", path, way));
	}
	tear_down(&w);
	unlink(path);
}

TEST(a_plugin_that_the_example_does_not_know_stands_at_its_end)
{
	struct text out = {0};

	config_example(&fake_plugins, &out);
	CHECK(stands(&out, "\n# plugin: recorder_jpg, a recorder: ", "\n# plugin: ", "\n#- @: ", "segment"));
	CHECK(!strstr(text_str(&out), "# plugin: recorder_mp4"));
	text_free(&out);
}

RUN_TESTS(T(each_option_of_the_server_can_be_set_everywhere_too),
	T(keys_of_every_stage_and_the_file_of_a_url_can_be_set_everywhere_too),
	T(a_plugin_that_the_example_does_not_know_stands_at_its_end),
	T(each_option_is_in_schema_manual_and_example),
	T(each_option_can_be_set_in_the_file_by_variable_and_on_the_command_line))
