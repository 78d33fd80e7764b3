/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/page/page.h"

#include "plugins/ws_view/http/answer.h"

#include <stdio.h>
#include <string.h>

/* The page's files, put in by the assembler as they are; WS_VIEW_PAGE is their folder. */
#define FILE_IN(symbol, name)                                                                                \
	__asm__(".section .rodata\n"                                                                         \
		".hidden " #symbol ", " #symbol "_end\n"                                                     \
		".global " #symbol ", " #symbol "_end\n" #symbol ":\n"                                       \
		".incbin \"" WS_VIEW_PAGE name "\"\n" #symbol "_end:\n"                                      \
		".byte 0\n"                                                                                  \
		".previous\n");                                                                              \
	extern const char symbol[], symbol##_end[] /* NOLINT(bugprone-macro-parentheses): names */

FILE_IN(ws_view_index, "index.html");
FILE_IN(ws_view_style, "style.css");
FILE_IN(ws_view_icon, "icon.svg");
FILE_IN(ws_view_main, "main.js");
FILE_IN(ws_view_link, "link.js");
FILE_IN(ws_view_tile, "tile.js");
FILE_IN(ws_view_keys, "keys.js");

#define SCRIPT "text/javascript; charset=utf-8"

static const struct page_file {
	const char *path, *type, *data, *end;
} files[] = {{"/", "text/html; charset=utf-8", ws_view_index, ws_view_index_end},
	{"/style.css", "text/css; charset=utf-8", ws_view_style, ws_view_style_end},
	{"/icon.svg", "image/svg+xml", ws_view_icon, ws_view_icon_end},
	{"/main.js", SCRIPT, ws_view_main, ws_view_main_end},
	{"/link.js", SCRIPT, ws_view_link, ws_view_link_end},
	{"/tile.js", SCRIPT, ws_view_tile, ws_view_tile_end},
	{"/keys.js", SCRIPT, ws_view_keys, ws_view_keys_end}};

/* FNV-1a: tells one version of a file from another; nothing depends on its strength. */
static uint64_t hash(const char *data, const char *end)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	while (data < end)
		h = (h ^ (unsigned char)*data++) * UINT64_C(0x100000001b3);
	return h;
}

/* @return NULL: there is none */
static const struct page_file *find(const char *path)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (!strcmp(files[i].path, path))
			return &files[i];
	return NULL;
}

bool page_has(const char *path)
{
	return find(path);
}

void page_answer(struct conn *c)
{
	const struct page_file *f = find(c->head.path);
	char etag[24], extra[320];

	snprintf(etag, sizeof(etag), "\"%016llx\"", (unsigned long long)hash(f->data, f->end));
	/* connect-src names no scheme: 'self' covers the page's own WebSocket. */
	snprintf(extra, sizeof(extra),
		"ETag: %s\r\n"
		"Cache-Control: no-cache\r\n"
		"Content-Security-Policy: default-src 'self'; img-src 'self' blob:; frame-ancestors "
		"'self'\r\n",
		etag);
	if (c->head.if_none_match && strstr(c->head.if_none_match, etag))
		answer_send(c, &(struct answer){304, f->type, 0, extra, NULL}, NULL);
	else
		answer_send(c, &(struct answer){200, f->type, f->end - f->data, extra, NULL}, f->data);
}
