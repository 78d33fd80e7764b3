/* SPDX-License-Identifier: MIT */
/* --example: the template with each plugin's options, at their defaults and commented out. */
#include "core/config/show/example.h"

#include "core/base/kind.h"
#include "core/config/loading.h"
#include "core/config/server_options.h"
#include "core/config/show/describe.h"
#include "core/config/show/plugins.h"
#include "core/config/show/template.h"
#include "core/config/show/templates.h"
#include "core/config/user_options.h"

#include <string.h>

enum { COMMENT_COLUMN = 36, LAST_COLUMN = 118 };

struct example {
	struct plugin_list plugins;
	struct text named; /* " rtsp_in test_in ": those that the template names */
};

static void spaces(struct text *out, size_t n)
{
	while (n-- && !out->failed)
		text_add(out, " ");
}

/* A comment behind the line that begins at line_start, and on further lines below it when it is long. */
static void comment(struct text *out, size_t line_start, const char *s)
{
	size_t width = LAST_COLUMN - COMMENT_COLUMN - 2, used = out->len - line_start;

	spaces(out, used < COMMENT_COLUMN - 1 ? COMMENT_COLUMN - used : 2);
	while (*s && !out->failed) {
		size_t len = strlen(s), n = len;

		if (len > width) {
			for (n = width; n && s[n] != ' '; n--)
				;
			n = n ? n : strcspn(s, " ");
		}
		text_add(out, "# ");
		text_add_n(out, s, n);
		text_add(out, "\n");
		s += n + strspn(s + n, " ");
		if (*s)
			spaces(out, COMMENT_COLUMN);
	}
}

/* @param mark in front of an option at its default, which is taken away to change it */
static void one_option(const struct cam_opt *o, size_t indent, const char *mark, struct text *out)
{
	struct text help = {0};
	size_t start = out->len;

	spaces(out, indent);
	text_printf(out, "%s%s: %s", o->def ? mark : "# ", o->name, o->def ? "" : "...");
	if (o->def && o->type == CAM_STRING)
		text_json(out, o->def);
	else if (o->def)
		text_add(out, o->def);
	option_describe(o, &help);
	comment(out, start, text_str(&help));
	out->failed |= help.failed;
	text_free(&help);
}

static void all_options(const struct cam_opt *o, size_t indent, struct text *out)
{
	for (; o && o->name; o++)
		if (!(o->flags & CAM_HIDDEN))
			one_option(o, indent, "#- ", out);
}

/* Plugins that the template does not know: those of others. */
static void others(const struct example *e, size_t indent, struct text *out)
{
	bool first = true;

	for (size_t i = 0; i < e->plugins.n; i++) {
		const struct cam_plugin *p = e->plugins.items[i];
		struct text name = {0};

		text_printf(&name, " %s ", p->name);
		if (!strstr(text_str(&e->named), text_str(&name))) {
			text_add(out, first ? "\n# Further plugins found here:\n" : "");
			first = false;
			spaces(out, indent);
			text_printf(out, "# plugin: %s, a %s: %s\n", p->name, kind_name(p->kind),
				p->summary ? p->summary : "");
			all_options(p->options, indent, out);
		}
		out->failed |= name.failed;
		text_free(&name);
	}
}

static void fill(void *arg, const char *word, size_t indent, struct text *out)
{
	struct example *e = arg;
	const struct cam_plugin *p = plugin_list_find(&e->plugins, word);

	if (!strcmp(word, "server")) {
		all_options(server_options, indent, out);
	} else if (!strcmp(word, "users")) {
		for (const struct cam_opt *o = user_options; o->name; o++)
			one_option(o, indent, "# ", out); /* of one who is none yet */
	} else if (!strcmp(word, "others")) {
		others(e, indent, out);
	} else if (p) {
		text_printf(&e->named, " %s ", word);
		all_options(p->options, indent, out);
	} else {
		spaces(out, indent);
		text_printf(out, "# There is no plugin %s here.\n", word);
	}
}

void config_example(const struct config_plugins *plugins, struct text *out)
{
	struct example e = {0};

	plugin_list_fill(&e.plugins, plugins);
	template_render(config_example_template, fill, &e, out);
	out->failed |= e.plugins.failed || e.named.failed;
	text_free(&e.named);
	plugin_list_free(&e.plugins);
}
