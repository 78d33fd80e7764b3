/* SPDX-License-Identifier: MIT */
/*
 * Addresses as people type them and as cameras send them: rtsp_in's and the configuration's. Input: lines, which are URL,
 * user, password, Content-Base and control.
 */
#include "core/config/option/url.h"
#include "lib/text.h"
#include "plugins/rtsp_in/dialogue/url.h"
#include "tests/fuzz/fuzz.h"

static bool is_clean(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s <= ' ' || *s == 0x7f || *s == '"')
			return false;
	return true;
}

static void resolve(const struct url *u, const char *from, const char *control)
{
	char ret[URL_MAX];

	if (url_resolve(u, from, control, ret))
		return;
	HOLDS(strnlen(ret, URL_MAX) < URL_MAX && is_clean(ret));
	HOLDS(!strncmp(ret, u->base, strlen(u->base)));
	HOLDS(!ret[strlen(u->base)] || strchr("/?", ret[strlen(u->base)]));
}

static void open_url(char *const *line)
{
	struct cam_why why = {NULL, ""};
	struct url u;
	int err = url_check(line[0], line[1], line[2], &why);

	if (err) {
		HOLDS(why.option && *why.text && memchr(why.text, 0, sizeof(why.text)));
		return;
	}
	url_parse(line[0], line[1], line[2], &u);
	HOLDS(*u.host && u.port && strnlen(u.host, sizeof(u.host)) < sizeof(u.host));
	HOLDS(!strncmp(u.base, "rtsp://", 7) && !strchr(u.base, '@') && is_clean(u.request));
	HOLDS(!strncmp(u.request, u.base, strlen(u.base)));
	HOLDS(strnlen(u.user, URL_LOGIN_MAX) < URL_LOGIN_MAX);
	HOLDS(strnlen(u.password, URL_LOGIN_MAX) < URL_LOGIN_MAX);
	resolve(&u, NULL, line[4]);
	resolve(&u, line[3], line[4]);
}

/* What is said of it, and what is left of it where it is shown. */
static void judge(const char *url, const char *comment)
{
	struct arena arena = {NULL, false};
	const char *why = url_fault(url, comment, &arena);
	char *shown = strdup(url);

	HOLDS(shown);
	if (why)
		HOLDS(*why);
	url_has_variable(url, true);
	url_has_variable(url, false);
	text_hide_logins(shown);
	HOLDS(strlen(shown) <= strlen(url) + 8);
	free(shown);
	arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz f = {data, len};
	char *line[5];

	for (int i = 0; i < 5; i++)
		line[i] = fuzz_line(&f);
	open_url(line);
	judge(line[0], line[1]);
	for (int i = 0; i < 5; i++)
		free(line[i]);
	return 0;
}
