/* SPDX-License-Identifier: MIT */
#include "core/config/show/help.h"

#include "core/base/kind.h"
#include "core/config/hears.h"
#include "core/config/loading.h"
#include "core/config/option/format.h"
#include "core/config/required.h"

static void help_values(const struct cam_opt *o, struct text *out)
{
	for (const struct cam_enum *e = o->values; e && e->name; e++)
		text_printf(out, "      %-12s %s\n", e->name, e->help ? e->help : "");
}

static void help_option(const struct cam_opt *o, struct text *out)
{
	text_printf(out, "  %s  (%s", o->name, option_type_name(o));
	if (o->min != 0 || o->max != 0) {
		text_add(out, ", ");
		option_format_range(o, out);
	}
	if (!o->def)
		text_add(out, "; required");
	else if (*o->def)
		text_printf(out, "; default %s", o->def);
	if (o->flags & CAM_SECRET)
		text_add(out, "; secret");
	if (o->flags & CAM_RELOADABLE)
		text_add(out, "; changes without a restart");
	text_printf(out, ")\n      %s\n", o->help ? o->help : "");
	if (o->type == CAM_ENUM)
		help_values(o, out);
	if (o->flags & (CAM_SECRET | CAM_URL))
		text_printf(out, "      %s_file reads it from a file.\n", o->name);
}

static void help_common(const struct cam_plugin *p, struct text *out)
{
	text_add(out, "\nOf every stage:\n  plugin  (name)\n");
	if (kind_section(p->kind))
		text_add(out, "  from  (names of cameras with * and ?, by commas; default *)\n");
	else if (p->kind != CAM_SOURCE)
		text_add(out, "  from  (name of the stage to take packets from)\n");
	if (p->hears) {
		text_add(out,
			"  on  (topics of events to act upon, as motion or object.person, with *; default");
		for (const char *const *topic = p->hears; *topic; topic++)
			text_printf(out, "%s %s", topic == p->hears ? "" : ",", *topic);
		text_add(out, ")\n");
		help_option(&config_min_score_option, out);
	}
	help_option(&config_required_option, out);
}

static void help_topics(const struct cam_plugin *p, struct text *out)
{
	if (p->topics && p->topics->name)
		text_add(out, "\nEvents that it raises:\n");
	for (const struct cam_topic *t = p->topics; t && t->name; t++)
		text_printf(out, "  %s%s%s%s  %s\n", t->name, t->labels && *t->labels ? " (" : "",
			t->labels ? t->labels : "", t->labels && *t->labels ? ")" : "",
			t->help ? t->help : "");
}

static void help_options(const struct cam_opt *o, struct text *out)
{
	if (o && o->name)
		text_add(out, "\nOptions:\n");
	for (; o && o->name; o++)
		if (!(o->flags & CAM_HIDDEN))
			help_option(o, out);
}

void config_help(const struct cam_plugin *p, struct text *out)
{
	text_printf(out, "%s %s, a %s: %s\n", p->name, p->version ? p->version : "", kind_name(p->kind),
		p->summary ? p->summary : "");
	help_options(p->options, out);
	help_common(p, out);
	if (p->stats && p->stats->name)
		text_add(out, "\nStatistics:\n");
	for (const struct cam_stat *s = p->stats; s && s->name; s++)
		text_printf(out, "  cam_%s_%s  %s\n", p->name, s->name, s->help ? s->help : "");
	help_topics(p, out);
	if (p->routes && p->routes->method)
		text_add(out, "\nRoutes:\n");
	for (const struct cam_route *r = p->routes; r && r->method; r++)
		text_printf(out, "  %s %s  %s\n", r->method, r->pattern, r->help ? r->help : "");
}
