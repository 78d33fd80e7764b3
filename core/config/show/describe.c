/* SPDX-License-Identifier: MIT */

#include "core/config/show/describe.h"

#include "core/config/option/format.h"

void option_describe(const struct cam_opt *o, struct text *out)
{
	text_add(out, o->help ? o->help : o->name);
	for (const struct cam_enum *e = o->type == CAM_ENUM ? o->values : NULL; e && e->name; e++) {
		text_printf(out, "%s%s", e == o->values ? " One of " : ", ", e->name);
		if (e->help)
			text_printf(out, " (%s)", e->help);
		if (!e[1].name)
			text_add(out, ".");
	}
	if (o->min != 0 || o->max != 0) {
		text_add(out, " ");
		option_format_range(o, out);
		text_add(out, ".");
	}
	if (!o->def)
		text_add(out, " Required.");
	if (o->flags & (CAM_SECRET | CAM_URL))
		text_printf(out, " %s_file reads it from a file.", o->name);
	if (o->flags & CAM_RELOADABLE)
		text_add(out, " Changes without a restart.");
}
