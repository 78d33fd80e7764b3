/* SPDX-License-Identifier: MIT */
/* cam_server.yaml(5): the template with the tables as roff. */
#include "core/config/show/man.h"

#include "core/base/kind.h"
#include "core/config/loading.h"
#include "core/config/option/format.h"
#include "core/config/server_options.h"
#include "core/config/show/describe.h"
#include "core/config/show/plugins.h"
#include "core/config/show/roff.h"
#include "core/config/show/template.h"
#include "core/config/show/templates.h"
#include "core/config/user_options.h"

#include <string.h>

static void one_option(const struct cam_opt *o, struct text *out)
{
	struct text help = {0};

	text_add(out, ".TP\n.BR ");
	roff_literal(out, o->name);
	text_printf(out, " \" (%s", option_type_name(o));
	if (o->def && *o->def) {
		text_add(out, "; default ");
		roff_literal(out, o->def);
	}
	text_printf(out, "%s)\"\n", o->flags & CAM_SECRET ? "; secret" : "");
	option_describe(o, &help);
	roff_text(out, text_str(&help));
	text_add(out, "\n");
	out->failed |= help.failed;
	text_free(&help);
}

static void all_options(const struct cam_opt *o, struct text *out)
{
	for (; o && o->name; o++)
		if (!(o->flags & CAM_HIDDEN))
			one_option(o, out);
}

static void one_plugin(const struct cam_plugin *p, struct text *out)
{
	text_add(out, ".SS ");
	roff_literal(out, p->name);
	text_printf(out, "\nA %s. ", kind_name(p->kind));
	roff_text(out, p->summary ? p->summary : "");
	text_add(out, "\n");
	all_options(p->options, out);
}

static void fill(void *arg, const char *word, size_t indent, struct text *out)
{
	const struct plugin_list *l = arg;

	(void)indent;
	if (!strcmp(word, "title"))
		text_add(out,
			".TH CAM_SERVER.YAML 5 \"\" \"cam_server " PACKAGE_VERSION "\" \"File formats\"\n");
	else if (!strcmp(word, "server"))
		all_options(server_options, out);
	else if (!strcmp(word, "users"))
		all_options(user_options, out);
	else
		for (size_t i = 0; i < l->n; i++)
			one_plugin(l->items[i], out);
}

void config_man(const struct config_plugins *plugins, struct text *out)
{
	struct plugin_list l;

	plugin_list_fill(&l, plugins);
	template_render(config_man5_template, fill, &l, out);
	out->failed |= l.failed;
	plugin_list_free(&l);
}
