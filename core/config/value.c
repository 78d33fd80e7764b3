/* SPDX-License-Identifier: MIT */

#include "core/config/value.h"

#include "core/config/option/url.h"
#include "core/config/tree/env.h"

#include <cam/file_name.h>
#include <ctype.h>
#include <string.h>

const char *value_origin(struct load *l, const struct tree *t)
{
	struct text out = {0};

	where_print(&t->at, &out);
	return arena_take(l->arena, &out);
}

/* U+2018 to U+201F, as word processors and web pages make them. */
static bool is_curly(const char *s)
{
	return !strncmp(s, "\xe2\x80", 2) && (unsigned char)s[2] >= 0x98 && (unsigned char)s[2] <= 0x9f;
}

const char *value_scalar(struct load *l, const struct tree *t)
{
	const char *path = tree_path(l->arena, t), *fault;

	if (t->kind != TREE_SCALAR) {
		report_error(l->report, &t->at, path, "must be a single value, not %s", tree_kind_name(t));
		return NULL;
	}
	if (t->bad) {
		report_error(l->report, &t->at, path, "%s", t->bad);
		return NULL;
	}
	if (tree_is_null(t)) {
		report_error(l->report, &t->at, path,
			"has no value; give it one (quote a text that begins with #), \"\" for an empty "
			"text, or "
			"remove the line");
		return NULL;
	}
	if (t->plain && is_curly(t->value)) {
		report_error(l->report, &t->at, path,
			"begins with a curly quotation mark, which is part of the text; write a straight one "
			"(\") at "
			"both ends");
		return NULL;
	}
	fault = env_text_fault(t->value);
	if (fault) {
		report_error(l->report, &t->at, path, "the value %s", fault);
		return NULL;
	}
	return t->value;
}

static bool is_shell_name(const char *text)
{
	size_t n = *text == '$' ? strspn(text + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") : 0;

	return n > 2 && !text[n + 1];
}

/* @return whether a variable's value is all of the text, or part of it; not that of a file named by one */
static bool is_from_environment(const struct tree *t)
{
	return !t->secret && (t->at.via || !strncmp(t->at.source, "environment ", 12));
}

static const char *unexpanded(struct load *l, const struct tree *t)
{
	return arena_printf(l->arena,
		"which is not filled in within an environment variable: let the shell or docker do so (in "
		"double "
		"quotes), or put the whole text into a file and name that by %.64s_FILE",
		t->at.via ? t->at.via : "NAME");
}

/* What is looked up in texts of the file is taken as it is in a variable's value. @return whether that was meant */
static bool is_unexpanded(const struct cam_opt *o, const struct tree *t)
{
	if (!is_from_environment(t) || !url_has_variable(t->value, true))
		return false;
	/* A password may hold anything. */
	return o->flags & CAM_URL ||
	       (o->flags & CAM_SECRET && *t->value == '$' &&
		       !t->value[strspn(t->value, "${}_ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")]);
}

/* A folder's name goes to the system as it is: a shell would fill in these. */
static const char *folder_fault(const struct cam_opt *o, const char *text)
{
	if (!*text)
		return !o->def || *o->def ? "is empty; write a folder, or remove the line" : NULL;
	if (*text == '~' && (!text[1] || text[1] == '/'))
		return "begins with ~, which is not filled in: write the whole path, or ${HOME}/...";
	return *text == '$' && strspn(text + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") > 1
		       ? "begins with a name behind $, which is not filled in without braces: write the "
			 "whole path, or ${NAME}/..."
		       : NULL;
}

/* @return why a text cannot be taken, NULL: it can */
static const char *text_fault(struct load *l, const struct cam_opt *o, const struct tree *t, const char *text)
{
	if (o->flags & CAM_URL && is_unexpanded(o, t))
		return arena_printf(
			l->arena, "holds a name behind $, %s (write %%24 for a $)", unexpanded(l, t));
	if (o->flags & CAM_URL)
		return url_fault(text, t->comment, l->arena);
	return o->type == CAM_STRING && o->flags & CAM_FOLDER ? folder_fault(o, text) : NULL;
}

bool value_text_ok(struct load *l, const struct cam_opt *o, const struct tree *t, const char *text)
{
	const char *why = text_fault(l, o, t, text);

	if (why)
		report_error(l->report, &t->at, tree_path(l->arena, t), "%s", why);
	else if ((o->flags & CAM_SECRET) && t->comment)
		report_warning(l->report, &t->at, tree_path(l->arena, t),
			"ends before \" #\", which begins a comment; put all of it in quotes if that belongs "
			"to it");
	else if ((o->flags & CAM_SECRET) && is_unexpanded(o, t))
		report_warning(l->report, &t->at, tree_path(l->arena, t), "is a name behind $, %s",
			unexpanded(l, t));
	else if ((o->flags & CAM_SECRET) && text == t->value && is_shell_name(text))
		report_warning(l->report, &t->at, tree_path(l->arena, t),
			"is taken as it is; write ${NAME}, with braces, for the value of a variable");
	return !why;
}

const char *value_shown(struct load *l, const struct tree *t)
{
	if (!t->secret || t->bad)
		return value_scalar(l, t);
	report_error(l->report, &t->at, tree_path(l->arena, t),
		"comes from a file with secrets, and only an option of a plugin may; write it here");
	return NULL;
}

const char *value_joined(struct load *l, const struct tree *t)
{
	struct text joined = {0};
	const char *part = "", *result;

	if (t->kind != TREE_LIST)
		return value_shown(l, t);
	for (const struct tree *c = t->first; c && part; c = c->next) {
		part = value_shown(l, c);
		text_printf(&joined, "%s%s", joined.len ? "," : "", part ? part : "");
	}
	l->arena->failed |= joined.failed;
	result = part ? arena_copy(l->arena, text_str(&joined), joined.len) : NULL;
	text_free(&joined);
	return result;
}

const char *value_names_in(struct load *l, const char *text, const struct stage_draft *s)
{
	char camera[CAM_FILE_NAME_BYTES];
	struct text out = {0};
	const char *brace;

	if (!strchr(text, '{'))
		return text;
	cam_file_name(s->camera ? s->camera : "", camera, sizeof(camera));
	for (; (brace = strchr(text, '{')); text = brace) {
		text_add_n(&out, text, (size_t)(brace - text));
		if (s->camera && !strncmp(brace, "{camera}", 8)) {
			text_add(&out, camera);
			brace += 8;
		} else if (!strncmp(brace, "{stage}", 7)) {
			text_add(&out, s->name);
			brace += 7;
		} else {
			text_add_n(&out, brace++, 1);
		}
	}
	text_add(&out, text);
	return arena_take(l->arena, &out);
}
