/* SPDX-License-Identifier: MIT */
#include "core/config/tree/expand.h"

#include "core/config/words/nearest.h"

#include "core/config/tree/env.h"

#include <string.h>

enum { EXPANDED_MAX = 65536, EXPANDED_TOTAL = 4 << 20 };

struct expand {
	char *const *variables;
	struct arena *arena;
	struct text out;
	const char *via; /* the first variable that gave its value */
	const char *bad;
	bool secret;
	size_t *total; /* bytes made by all expansions of the tree */
};

static size_t name_length(const char *s)
{
	size_t n = 0;

	while ((*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z') || *s == '_' ||
		(n && *s >= '0' && *s <= '9')) {
		s++;
		n++;
	}
	return n;
}

/* @return a hint at a variable that is set and nearly called so, "" without one */
static const char *near_variable(struct expand *e, const char *name)
{
	struct nearest near;

	nearest_init_spelling(&near, name, strlen(name) < 6 ? 1 : 2);
	for (char *const *v = e->variables; v && *v; v++) {
		size_t n = strcspn(*v, "=");

		if (n && n <= 64)
			nearest_try(&near, arena_printf(e->arena, "%.*s", (int)n, *v));
	}
	return near.best[0] && strcmp(near.best, name) != 0
		       ? arena_printf(e->arena, "; did you mean %s, which is set?", near.best)
		       : "";
}

static const char *missing(struct expand *e, const char *name, const char *rest, const char *end)
{
	const char *is = env_get(e->variables, name) ? "empty" : "not set";
	const char *folder = env_get(e->variables, "CREDENTIALS_DIRECTORY");

	if (!strncmp(rest, ":?", 2) && end > rest + 2)
		return arena_printf(e->arena, "%s is %s; %.*s", name, is, (int)(end - rest - 2), rest + 2);
	if (folder && *folder)
		return arena_printf(e->arena,
			"the environment variable %s is %s, and CREDENTIALS_DIRECTORY (%s) holds no file %s",
			name, is, folder, name);
	return arena_printf(e->arena,
		"the environment variable %s is %s; set it, or write a default: ${%s:-default}%s", name, is,
		name, near_variable(e, name));
}

/* One variable; s is behind its "${". @return behind its "}", NULL after a fault */
static const char *variable(struct expand *e, const char *s)
{
	size_t n = name_length(s);
	const char *rest = s + n, *end = strchr(rest, '}'), *inner = strstr(rest, "${"), *name;
	struct env_value v;

	if (!n || !end || (rest != end && strncmp(rest, ":-", 2) != 0 && strncmp(rest, ":?", 2) != 0)) {
		e->bad = "is not a variable: write ${NAME} or ${NAME:-default}, or $${ for a literal ${";
		return NULL;
	}
	if (inner && inner < end) {
		e->bad = "has a variable inside a variable; write a plain text as the default";
		return NULL;
	}
	name = arena_copy(e->arena, s, n);
	v = env_lookup(e->arena, e->variables, name);
	if (v.why) {
		e->bad = v.why;
	} else if (v.text) {
		text_add(&e->out, v.text);
		e->via = e->via ? e->via : name;
		e->secret |= v.secret;
	} else if (!strncmp(rest, ":-", 2)) {
		text_add_n(&e->out, rest + 2, (size_t)(end - rest - 2));
	} else {
		e->bad = missing(e, name, rest, end);
	}
	return e->bad ? NULL : end + 1;
}

/* @return the expanded text, owned by the arena; e->bad is set after a fault */
static const char *expand(struct expand *e, const char *s)
{
	const char *result;

	while (s && *s) {
		const char *dollar = strchr(s, '$');

		if (!dollar) {
			text_add(&e->out, s);
			break;
		}
		text_add_n(&e->out, s, (size_t)(dollar - s));
		if (!strncmp(dollar, "$${", 3)) {
			text_add(&e->out, "${");
			s = dollar + 3;
		} else if (dollar[1] == '{') {
			s = variable(e, dollar + 2);
		} else {
			text_add(&e->out, "$");
			s = dollar + 1;
		}
		if (e->out.len > EXPANDED_MAX && !e->bad) {
			e->bad = "is longer than 64 KiB with its variables filled in";
			s = NULL;
		}
	}
	*e->total += e->out.len;
	if (*e->total > EXPANDED_TOTAL && !e->bad)
		e->bad = "the file grows to more than 4 MiB with its variables filled in";
	e->arena->failed |= e->out.failed;
	result = arena_copy(e->arena, text_str(&e->out), e->out.len);
	if (e->out.data)
		explicit_bzero(e->out.data, e->out.len);
	text_free(&e->out);
	return result;
}

static void expand_key(struct tree *t, struct expand e, struct report *r)
{
	const char *key;

	if (!t->key || !strchr(t->key, '$'))
		return;
	key = expand(&e, t->key);
	if (e.secret && !e.bad)
		e.bad = "comes from a file with secrets, and a name is shown; write it here";
	if (e.bad) {
		report_error(r, &t->key_at, tree_path(e.arena, t), "%s", e.bad);
		t->broken = true;
		return;
	}
	t->key = key;
	t->key_at.via = e.via;
}

static void expand_value(struct tree *t, struct expand e)
{
	if (t->kind != TREE_SCALAR || !strchr(t->value, '$'))
		return;
	t->value = expand(&e, t->value);
	t->bad = e.bad;
	t->secret = e.secret;
	t->plain = false;
	t->at.via = e.via;
}

static void expand_below(struct tree *t, const struct expand *e, struct report *r)
{
	if (*e->total > EXPANDED_TOTAL)
		return;
	expand_key(t, *e, r);
	expand_value(t, *e);
	if (*e->total > EXPANDED_TOTAL)
		report_error(r, &t->at, tree_path(e->arena, t), "%s", t->bad ? t->bad : "too long");
	for (struct tree *c = t->first; c; c = c->next)
		expand_below(c, e, r);
}

void expand_tree(struct tree *t, char *const *variables, struct arena *a, struct report *r)
{
	size_t total = 0;
	struct expand e = {.variables = variables, .arena = a, .total = &total};

	expand_below(t, &e, r);
}
