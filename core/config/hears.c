/* SPDX-License-Identifier: MIT */
#include "core/config/hears.h"

#include "core/config/value.h"
#include "core/config/words/nearest.h"

#include "core/config/option/option.h"

#include <string.h>

#define TOPIC "abcdefghijklmnopqrstuvwxyz0123456789_"

const struct cam_opt config_min_score_option = {"min_score", CAM_FLOAT, 0,
	CAM_FLOAT_AT(struct config_node, min_score), "0", 0, 1, NULL, NULL,
	"How sure an event must be to be acted upon."};

bool hears_is_key(const char *key)
{
	return !strcmp(key, "on") || !strcmp(key, config_min_score_option.name);
}

/* @return why a text is no topic, or topic and label; NULL: it is one */
static const char *pattern_fault(const char *text)
{
	size_t n = strspn(text, TOPIC "*");

	if (!*text)
		return "is empty; write a topic such as motion, or * for any";
	if (!n || (text[n] && text[n] != '.') || n > CAM_MAX_TOPIC)
		return "is no topic; write motion, or object.person for one of its labels, with * for any "
		       "part";
	if (!text[n])
		return NULL;
	return !text[n + 1]                           ? "has no label behind the dot; write one, or remove it"
	       : strlen(text + n + 1) > CAM_MAX_LABEL ? "has a label of more than 64 bytes"
						      : NULL;
}

/* The topics that are raised here, as far as they are known: programs outside may raise others. */
struct topics {
	const struct config_plugins *plugins;
	struct nearest near;
};

static void try_topics(void *arg, const char *name)
{
	struct topics *t = arg;
	const char *why;
	const struct cam_plugin *p = t->plugins->find(t->plugins->arg, name, &why);

	for (const struct cam_topic *topic = p ? p->topics : NULL; topic && topic->name; topic++)
		nearest_try(&t->near, topic->name);
}

/* @param text a pattern @return a hint when it is most likely misspelt, "" */
static const char *misspelt(struct load *l, const char *text)
{
	static const char *const known[] = {"motion", "object", "trigger", "recording", "camera"};
	struct topics t = {.plugins = &l->in->plugins};
	const char *topic = arena_copy(l->arena, text, strcspn(text, "."));

	if (strchr(topic, '*'))
		return "";
	nearest_init_spelling(&t.near, topic, strlen(topic) < 4 ? 0 : strlen(topic) < 6 ? 1 : 2);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		nearest_try(&t.near, known[i]);
	t.plugins->names(t.plugins->arg, try_topics, &t);
	return strcmp(t.near.best, topic) != 0 ? nearest_hint(&t.near, l->arena) : "";
}

/* Add one pattern. @return whether it is one; if not, that is reported */
static bool add(struct load *l, const struct tree *t, const char *text, const char **list, size_t *n)
{
	const char *fault = pattern_fault(text), *hint;

	if (!fault && *n == LOAD_MAX_PATTERNS)
		fault = "is one more than 64; use * to name many";
	hint = *n < LOAD_MAX_PATTERNS ? misspelt(l, text) : "";
	if (fault) {
		report_error(l->report, &t->at, tree_path(l->arena, t), "\"%.64s\" %s%s", text, fault, hint);
		return false;
	}
	if (*hint)
		report_warning(l->report, &t->at, tree_path(l->arena, t), "no plugin here raises \"%.64s\"%s",
			text, hint);
	list[(*n)++] = text;
	return true;
}

/* What stands between commas, without blanks around it. */
static bool add_parts(struct load *l, const struct tree *t, const char *s, const char **list, size_t *n)
{
	bool ok = true;

	while (s && ok) {
		size_t len = strcspn(s, ","), begin = strspn(s, " "), end = len;

		while (end > begin && s[end - 1] == ' ')
			end--;
		ok = add(l, t, arena_copy(l->arena, s + begin, end > begin ? end - begin : 0), list, n);
		s = s[len] ? s + len + 1 : NULL;
	}
	return ok;
}

/* @return the patterns, NULL at their end; NULL and reported */
static const char *const *patterns(struct load *l, const struct tree *t)
{
	const char **list = arena_alloc(l->arena, (LOAD_MAX_PATTERNS + 1) * sizeof(*list)), *text;
	size_t n = 0;
	bool ok = list != NULL;

	if (ok && t->kind == TREE_LIST && !t->first) {
		report_error(l->report, &t->at, tree_path(l->arena, t),
			"names nothing; write topics such as motion, or remove the line");
		return NULL;
	}
	for (const struct tree *c = t->kind == TREE_LIST ? t->first : NULL; c && ok; c = c->next) {
		text = value_shown(l, c);
		ok = text && add(l, c, text, list, &n);
	}
	if (ok && t->kind != TREE_LIST) {
		text = value_shown(l, t);
		ok = text && add_parts(l, t, text, list, &n);
	}
	return ok ? list : NULL;
}

bool hears_load(struct load *l, const struct tree *on, const struct tree *min_score, struct config_node *node,
	struct node_info *info)
{
	const struct cam_opt *o = &config_min_score_option;
	const char *text = o->def;
	char why[OPTION_WHY];

	info->on = info->min_score = "default";
	if (!node->plugin->hears)
		return true;
	if (on) {
		info->on = value_origin(l, on);
		node->on = patterns(l, on);
	}
	if (min_score) {
		info->min_score = value_origin(l, min_score);
		text = value_shown(l, min_score);
	}
	if (text && option_set(o, text, node, why)) {
		report_error(l->report, &min_score->at, tree_path(l->arena, min_score), "%s", why);
		text = NULL;
	}
	return text && (!on || node->on);
}

bool hears_equal(const struct config_node *a, const struct config_node *b)
{
	size_t i = 0;

	if (a->min_score < b->min_score || a->min_score > b->min_score || !a->on != !b->on)
		return false;
	if (!a->on)
		return true;
	while (a->on[i] && b->on[i] && !strcmp(a->on[i], b->on[i]))
		i++;
	return !a->on[i] && !b->on[i];
}
