/* SPDX-License-Identifier: MIT */
#include "core/app/manual.h"
#include "core/config/show/completion.h"
#include "core/config/show/plugins.h"
#include "core/config/show/roff.h"
#include "core/config/show/templates.h"

#include "core/app/cli.h"
#include "core/config/show/template.h"

#include <string.h>

static void man_option(const struct cli_option *o, struct text *out)
{
	text_add(out, ".TP\n.B ");
	if (o->letter)
		text_printf(out, "\\-%c\\fR, \\fB", o->letter);
	text_add(out, "\\-\\-");
	roff_literal(out, o->name);
	if (o->arg) {
		text_add(out, " \\fI");
		roff_literal(out, o->arg);
	}
	text_add(out, "\n");
	roff_text(out, o->help);
	text_add(out, ".\n");
}

static void fill_man(void *arg, const char *word, size_t indent, struct text *out)
{
	const struct cli_option *o;

	(void)arg;
	(void)indent;
	if (!strcmp(word, "title")) {
		text_add(out, ".TH CAM_SERVER 1 \"\" \"cam_server " PACKAGE_VERSION "\" \"User commands\"\n");
		return;
	}
	for (size_t i = 0; (o = cli_option(i)); i++)
		if (o->help)
			man_option(o, out);
}

void manual_man(struct text *out)
{
	template_render(config_man1_template, fill_man, NULL, out);
}

static void words(size_t indent, struct text *out)
{
	const struct cli_option *o;

	for (size_t i = 0; (o = cli_option(i)); i++) {
		if (!o->help)
			continue;
		text_printf(out, "%.*s--%s\n", (int)indent, "\t\t\t\t", o->name);
		if (o->letter)
			text_printf(out, "%.*s-%c\n", (int)indent, "\t\t\t\t", o->letter);
	}
}

static void fill_completion(void *arg, const char *word, size_t indent, struct text *out)
{
	const struct plugin_list *l = arg;

	if (!strcmp(word, "options"))
		words(indent, out);
	else if (!strcmp(word, "keys"))
		config_completion_keys(l, indent, out);
	else if (!strcmp(word, "users"))
		config_completion_users(indent, out);
	else if (!strcmp(word, "values"))
		config_completion_values(l, indent, out);
	else
		config_completion_server(indent, out);
}

void manual_completion(const struct config_plugins *plugins, struct text *out)
{
	struct plugin_list l;

	plugin_list_fill(&l, plugins);
	template_render(config_completion_template, fill_completion, &l, out);
	out->failed |= l.failed;
	plugin_list_free(&l);
}
