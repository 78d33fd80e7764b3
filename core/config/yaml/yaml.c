/* SPDX-License-Identifier: MIT */

#include "core/config/yaml/yaml.h"

#include "core/config/yaml/foreign_text.h"
#include "core/config/yaml/remedy.h"

#include <string.h>
#include <yaml.h>

struct yaml_parse {
	yaml_parser_t parser;
	const char *data;
	size_t len;
	const char *name;
	struct arena *arena;
	struct report *report;
	struct tree *root;
	struct tree *open; /* the mapping or list whose children come now */
	struct tree *waiting; /* a key of it whose value comes next */
	size_t byte, character; /* the same place in the text, counted in both */
	unsigned depth, n_nodes, n_documents;
	bool flow[YAML_MAX_DEPTH + 1]; /* by depth: written with braces */
	const struct tree *before[YAML_MAX_DEPTH + 1]; /* by depth: the last with a value */
	bool ended, stopped;
	bool refused; /* It will not be taken, which is reported; the rest is read to see whose file it is. */
};

static struct where place(const struct yaml_parse *p, const yaml_mark_t *m)
{
	return (struct where){p->name, NULL, (unsigned)m->line + 1, (unsigned)m->column + 1};
}

static void refuse(struct yaml_parse *p, const yaml_mark_t *m, const char *reason)
{
	struct where at = place(p, m);

	if (!p->refused)
		report_error(
			p->report, &at, tree_path(p->arena, p->waiting ? p->waiting : p->open), "%s", reason);
	p->refused = true;
}

static void stop(struct yaml_parse *p, const yaml_mark_t *m, const char *reason)
{
	refuse(p, m, reason);
	p->stopped = true;
}

/* libyaml gives some errors by byte offset only. */
static struct where offset_place(const struct yaml_parse *p, size_t offset)
{
	struct where at = {p->name, NULL, 1, 1};

	for (size_t i = 0; i < offset && i < p->len; i++) {
		if (p->data[i] == '\n') {
			at.line++;
			at.col = 1;
		} else if (((unsigned char)p->data[i] & 0xc0) != 0x80) {
			at.col++;
		}
	}
	return at;
}

/* libyaml counts characters. Marks come in their order, so the text is walked once. */
static size_t byte_of(struct yaml_parse *p, const yaml_mark_t *m)
{
	if (m->index < p->character)
		p->byte = p->character = 0;
	for (; p->character < m->index && p->byte < p->len; p->character++)
		for (p->byte++; p->byte < p->len && ((unsigned char)p->data[p->byte] & 0xc0) == 0x80;)
			p->byte++;
	return p->byte;
}

static bool is_tab(struct yaml_parse *p, const yaml_mark_t *m)
{
	size_t at = byte_of(p, m);

	return at < p->len && p->data[at] == '\t';
}

/* libyaml's words, the line where what it was reading began, and what to do. */
static const char *problem_text(const struct yaml_parse *p)
{
	const yaml_parser_t *y = &p->parser;
	const char *problem = y->problem ? y->problem : "a fault", *began = "",
		   *remedy = remedy_of_line(problem, p->data, p->len, y->problem_mark.line + 1, p->arena);

	remedy = remedy ? remedy : remedy_of(problem);

	if (y->context && y->context_mark.line < y->problem_mark.line)
		began = arena_printf(p->arena, " that begins at line %zu", y->context_mark.line + 1);
	return arena_printf(p->arena, "%s%s%s%s%s%s", problem, y->context ? " " : "",
		y->context ? y->context : "", began, remedy ? "; " : "", remedy ? remedy : "");
}

/* `front: rtsp://h/1` and stages below it. @return whether it is that, which is reported */
static bool is_address_with_stages(struct yaml_parse *p)
{
	size_t column, line = remedy_address_above(p->data, p->len, p->parser.problem_mark.line + 1, &column);
	struct where at = {p->name, NULL, (unsigned)line, (unsigned)column};

	if (line)
		report_error(p->report, &at, NULL,
			"an address, and more below it: write the address there too, as `source: "
			"\"rtsp://...\"`");
	return line;
}

static void syntax_error(struct yaml_parse *p)
{
	const yaml_parser_t *y = &p->parser;
	struct where at = place(p, &y->problem_mark);

	p->stopped = true;
	if (y->error == YAML_MEMORY_ERROR) {
		p->arena->failed = true;
		return;
	}
	if (y->problem && !strcmp(y->problem, "found unexpected end of stream"))
		at = place(p, &y->context_mark);
	if (p->refused || is_address_with_stages(p))
		return;
	if (y->error == YAML_READER_ERROR)
		at = offset_place(p, y->problem_offset);
	if (y->error != YAML_READER_ERROR && is_tab(p, &y->problem_mark))
		report_error(p->report, &at, NULL, "a tab; indent with spaces");
	else
		report_error(p->report, &at, NULL, "not valid YAML: %s", problem_text(p));
}

/* The place that the value now coming belongs to: the waiting key, a new item of a list, or the root. */
static struct tree *slot(struct yaml_parse *p, const yaml_event_t *e)
{
	struct where at = place(p, &e->start_mark);
	struct tree *t = p->waiting;

	if (t)
		t->at = at;
	else
		t = tree_add(p->arena, p->open, NULL, &at);
	p->waiting = NULL;
	if (!p->root)
		p->root = t;
	if (!t)
		p->stopped = true;
	return t;
}

/* @return whether it is a secret without quotes, or an address whose login does not end */
static bool is_maybe_cut(const struct tree *t)
{
	return t && t->kind == TREE_SCALAR && t->plain && t->key &&
	       (remedy_is_secret(t->key) || remedy_is_cut_address(t->value, ""));
}

static void on_key(struct yaml_parse *p, const yaml_event_t *e)
{
	struct where at = place(p, &e->start_mark);
	const char *text = (const char *)e->data.scalar.value;

	p->waiting = tree_add(p->arena, p->open, arena_copy(p->arena, text, e->data.scalar.length), &at);
	if (!p->waiting) {
		p->stopped = true;
		return;
	}
	if (p->flow[p->depth] && is_maybe_cut(p->before[p->depth]))
		p->waiting->cut = p->before[p->depth];
	if (strlen(text) != e->data.scalar.length)
		stop(p, &e->start_mark, "holds a NUL character; remove it");
	else if (!strcmp(text, "<<") && e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		refuse(p, &e->start_mark,
			"merging with << is not supported; use `defaults` for what cameras share");
}

/* @return whether text is `front:rtsp://h/1` or alike, which is reported without the address */
static bool refuse_glued(
	struct yaml_parse *p, const struct tree *above, const char *text, const struct where *at)
{
	size_t n = remedy_glued_name(text);
	bool equals = n && text[n + strspn(text + n, " ")] == '=';

	if (n && !p->refused)
		report_error(p->report, at, tree_path(p->arena, above),
			equals ? "write a colon and a blank in place of = behind `%.*s`"
			       : "put a blank behind the colon of `%.*s:`",
			(int)n, text);
	p->refused |= n > 0;
	return n > 0;
}

/*
 * In braces a comma ends a text without quotes, so the rest of a password stands there as a key, most often without a
 * value. It must not be shown. @param rest that key
 */
static void check_rest(struct yaml_parse *p, const struct tree *rest)
{
	const struct tree *before = p->before[p->depth];
	bool is_bare = !*rest->value, is_odd = rest->key[strspn(rest->key, "abcdefghijklmnopqrstuvwxyz_")];

	if (!before || before->kind != TREE_SCALAR || !before->plain || (!is_bare && !is_odd))
		return;
	if ((!is_bare || !remedy_is_free_text(before->key)) &&
		!remedy_is_cut_address(before->value, is_bare ? rest->key : ""))
		return;
	if (!p->refused)
		report_error(p->report, &before->at, tree_path(p->arena, before),
			"is cut off: a comma ends a text within { }; put the whole text in quotes");
	p->refused = true;
}

/* What a value, with the key that it has, looks like when a blank or quotes are missing. */
static void check_forms(struct yaml_parse *p, const struct tree *t)
{
	if (!t->plain || !t->key || t->parent != p->open)
		return;
	if ((*t->value || !refuse_glued(p, t->parent, t->key, &t->key_at)) && p->flow[p->depth])
		check_rest(p, t);
	if (*t->value && !remedy_is_free_text(t->key) && strncmp(t->value, "ffmpeg:", 7) != 0)
		refuse_glued(p, t, t->value, &t->at);
}

/* `p #ss` is `p`: what was cut off, if it does not look like a comment. */
static const char *comment_behind(struct yaml_parse *p, const yaml_mark_t *end)
{
	size_t begin = byte_of(p, end), at = begin, n;

	while (at < p->len && p->data[at] == ' ')
		at++;
	if (at == begin || at + 1 >= p->len || p->data[at] != '#' || strchr(" #\t\r\n", p->data[at + 1]))
		return NULL;
	for (n = 0; at + n < p->len && p->data[at + n] != '\n' && p->data[at + n] != '\r';)
		n++;
	return arena_copy(p->arena, p->data + at, n);
}

static void on_scalar(struct yaml_parse *p, const yaml_event_t *e)
{
	struct tree *t;

	if (p->open && p->open->kind == TREE_MAP && !p->waiting) {
		on_key(p, e);
		return;
	}
	if (strlen((const char *)e->data.scalar.value) != e->data.scalar.length) {
		stop(p, &e->start_mark, "holds a NUL character; remove it");
		return;
	}
	t = slot(p, e);
	if (!t)
		return;
	t->value = arena_copy(p->arena, (const char *)e->data.scalar.value, e->data.scalar.length);
	t->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	t->comment = t->plain ? comment_behind(p, &e->end_mark) : NULL;
	check_forms(p, t);
	if (!tree_is_null(t))
		p->before[p->depth] = t;
}

/* It is refused, and stands for nothing. */
static void on_alias(struct yaml_parse *p, const yaml_event_t *e)
{
	if (p->open && p->open->kind == TREE_MAP && !p->waiting)
		p->stopped = true;
	else
		slot(p, e);
}

static void on_open(struct yaml_parse *p, const yaml_event_t *e, enum tree_kind kind)
{
	struct tree *t;

	if (p->open && p->open->kind == TREE_MAP && !p->waiting) {
		stop(p, &e->start_mark,
			"a key must be a name, not a mapping or a list; quote a text that begins with { or "
			"[");
		return;
	}
	if (++p->depth > YAML_MAX_DEPTH) {
		stop(p, &e->start_mark, "nested deeper than 32 levels; no option is");
		return;
	}
	t = slot(p, e);
	if (!t)
		return;
	t->kind = kind;
	p->before[p->depth - 1] = t;
	p->before[p->depth] = NULL;
	p->flow[p->depth] = kind == TREE_MAP && e->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
	p->open = t;
}

static void on_close(struct yaml_parse *p)
{
	p->open = p->open->parent;
	p->depth--;
}

static void on_document(struct yaml_parse *p, const yaml_event_t *e)
{
	if (++p->n_documents > 1)
		stop(p, &e->start_mark,
			"a second document; one file holds one configuration, so remove this line and what "
			"follows");
}

/* Anchors make bombs and tags make types; a configuration needs neither. */
static const char *refusal(const yaml_event_t *e)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;

	if (e->type == YAML_SCALAR_EVENT) {
		anchor = e->data.scalar.anchor;
		tag = e->data.scalar.tag;
	} else if (e->type == YAML_MAPPING_START_EVENT) {
		anchor = e->data.mapping_start.anchor;
		tag = e->data.mapping_start.tag;
	} else if (e->type == YAML_SEQUENCE_START_EVENT) {
		anchor = e->data.sequence_start.anchor;
		tag = e->data.sequence_start.tag;
	}
	if (anchor || e->type == YAML_ALIAS_EVENT)
		return "anchors and aliases are not supported; use `defaults` for what cameras share, or "
		       "quote "
		       "a text that begins with & or *";
	return tag ? "tags are not supported; quote a text that begins with !, and take secrets from ${NAME}"
		   : NULL;
}

static void on_event(struct yaml_parse *p, const yaml_event_t *e)
{
	const char *why = refusal(e);

	if (why)
		refuse(p, &e->start_mark, why);
	if (++p->n_nodes > YAML_MAX_NODES) {
		stop(p, &e->start_mark, "more than 50000 values; split the cameras over several servers");
		return;
	}
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		on_document(p, e);
		break;
	case YAML_SCALAR_EVENT:
		on_scalar(p, e);
		break;
	case YAML_ALIAS_EVENT:
		on_alias(p, e);
		break;
	case YAML_MAPPING_START_EVENT:
		on_open(p, e, TREE_MAP);
		break;
	case YAML_SEQUENCE_START_EVENT:
		on_open(p, e, TREE_LIST);
		break;
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		on_close(p);
		break;
	case YAML_STREAM_END_EVENT:
		p->ended = true;
		break;
	default:
		break;
	}
}

static void parse_all(struct yaml_parse *p)
{
	while (!p->ended && !p->stopped) {
		yaml_event_t e;

		if (!yaml_parser_parse(&p->parser, &e)) {
			syntax_error(p);
			return;
		}
		on_event(p, &e);
		yaml_event_delete(&e);
	}
}

static struct tree *finish(struct yaml_parse *p)
{
	struct where whole = {p->name, NULL, 0, 0};

	if (p->stopped || p->refused || p->arena->failed)
		return NULL;
	if (!p->root || tree_is_null(p->root)) {
		report_error(p->report, &whole, NULL, "is empty; it must hold at least `cameras:`");
		return NULL;
	}
	if (p->root->kind != TREE_MAP) {
		report_error(p->report, &p->root->at, NULL,
			"must be a mapping that begins with `cameras:`, not %s; write `cameras: {front: "
			"\"rtsp://...\"}`",
			tree_kind_name(p->root));
		return NULL;
	}
	return p->root;
}

/* @return whether it is another product's file, which is all that is told then */
static bool is_foreign(struct yaml_parse *p, const struct report *before, size_t errors_len)
{
	struct foreign f = {0};

	if (p->root)
		f = foreign_of_tree(p->root, p->arena);
	if (!f.product && (!p->root || p->stopped || p->root->kind != TREE_MAP))
		f = foreign_of_text(p->data, p->len, p->arena);
	if (!f.product || p->arena->failed)
		return false;
	if (p->report->n_errors > before->n_errors && p->report->errors->len > errors_len) {
		p->report->errors->len = errors_len;
		p->report->errors->data[errors_len] = 0;
		p->report->n_errors = before->n_errors;
	}
	foreign_tell(&f, p->name, p->arena, p->report);
	return true;
}

struct tree *yaml_parse(
	const char *data, size_t len, const char *name, struct arena *arena, struct report *report)
{
	struct yaml_parse p = {.data = data, .len = len, .name = name, .arena = arena, .report = report};
	struct where whole = {name, NULL, 0, 0};
	const struct report before = *report;
	const size_t errors_len = report->errors->len;
	const char *what = remedy_not_text(data, len);

	if (len > YAML_MAX_BYTES) {
		report_error(report, &whole, NULL,
			"is larger than 256 KiB; put what cameras share into `defaults`, or split the "
			"cameras over several servers");
		return NULL;
	}
	if (what) {
		report_error(report, &whole, NULL,
			"is %s; a configuration is text: name its file with -c FILE, and save it as UTF-8",
			what);
		return NULL;
	}
	if (len >= 3 && !memcmp(data, "\xef\xbb\xbf", 3)) {
		p.data += 3;
		p.len -= 3;
	}
	if (!yaml_parser_initialize(&p.parser)) {
		arena->failed = true;
		return NULL;
	}
	yaml_parser_set_encoding(&p.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&p.parser, (const unsigned char *)p.data, p.len);
	parse_all(&p);
	yaml_parser_delete(&p.parser);
	return is_foreign(&p, &before, errors_len) ? NULL : finish(&p);
}
