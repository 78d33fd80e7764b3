/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/dialogue/auth.h"

#include <errno.h>
#include <libavutil/base64.h>
#include <libavutil/md5.h>
#include <libavutil/mem.h>
#include <libavutil/sha.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
	SHA256_LEN = 32,
	MD5_LEN = 16,
	HEX_MAX = 2 * SHA256_LEN + 1,
	LOGIN_MAX = 512 /* user:password, or a user whose quotes are escaped */
};

/* One challenge, while it is read. */
struct challenge {
	struct auth auth;
	bool has_realm, has_nonce, bad;
};

static const char *skip_blanks(const char *p)
{
	return p + strspn(p, " \t");
}

static bool token_is(const char *token, size_t len, const char *name)
{
	return strlen(name) == len && !strncasecmp(token, name, len);
}

/* A value without its quotes. @return behind it; *ret_good: it fits and holds nothing that needs an escape */
static const char *read_value(const char *p, char ret[AUTH_TEXT_MAX], bool *ret_good)
{
	bool quoted = *p == '"';
	size_t n = 0;

	*ret_good = true;
	for (p += quoted; *p && (quoted ? *p != '"' : !strchr(", \t", *p)); p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f || *p == '\\' || *p == '"' ||
			n + 1 == AUTH_TEXT_MAX)
			*ret_good = false;
		else
			ret[n++] = *p;
		if (*p == '\\' && p[1])
			p++;
	}
	ret[n] = '\0';
	if (quoted && *p == '"')
		return p + 1;
	*ret_good &= !quoted;
	return p;
}

static bool list_has(const char *list, const char *name)
{
	while (*list) {
		size_t len;

		list += strspn(list, ", \t");
		len = strcspn(list, ", \t");
		if (len && token_is(list, len, name))
			return true;
		list += len;
	}
	return false;
}

static void take_algorithm(struct challenge *c, const char *value)
{
	c->auth.has_algorithm = true;
	if (!strcasecmp(value, "SHA-256"))
		c->auth.scheme = AUTH_DIGEST_SHA256;
	else if (strcasecmp(value, "MD5") != 0)
		c->bad = true;
}

static void take_parameter(struct challenge *c, const char *name, size_t len, const char *value, bool good)
{
	struct auth *a = &c->auth;
	char *text = NULL;

	if (token_is(name, len, "realm")) {
		text = a->realm;
		c->has_realm = true;
	} else if (token_is(name, len, "nonce")) {
		text = a->nonce;
		c->has_nonce = true;
	} else if (token_is(name, len, "opaque")) {
		text = a->opaque;
		a->has_opaque = true;
	} else if (token_is(name, len, "stale")) {
		a->stale = !strcasecmp(value, "true");
	} else if (a->scheme != AUTH_BASIC && token_is(name, len, "algorithm")) {
		take_algorithm(c, value);
	} else if (a->scheme != AUTH_BASIC && token_is(name, len, "qop")) {
		a->qop = list_has(value, "auth");
		c->bad |= !a->qop;
	}
	if (text && !good)
		c->bad = true;
	else if (text)
		memcpy(text, value, strlen(value) + 1);
}

/* Keep the better one. */
static void keep(struct auth *best, const struct challenge *c)
{
	bool digest = c->auth.scheme > AUTH_BASIC;

	if (c->bad || (digest && (!c->has_realm || !c->has_nonce)))
		return;
	if (c->auth.scheme > best->scheme)
		*best = c->auth;
}

static void begin(struct challenge *c, const char *token, size_t len)
{
	memset(c, 0, sizeof(*c));
	if (token_is(token, len, "Digest"))
		c->auth.scheme = AUTH_DIGEST_MD5;
	else if (token_is(token, len, "Basic"))
		c->auth.scheme = AUTH_BASIC;
	else
		c->bad = true;
}

/* The challenges of one header: each a scheme and parameters, with commas between all (RFC 7235 4.1). */
static void read_header(const char *p, struct auth *best)
{
	struct challenge c = {.bad = true};

	for (;;) {
		char value[AUTH_TEXT_MAX];
		const char *token;
		size_t len;
		bool good;

		p += strspn(p, ", \t");
		token = p;
		len = strcspn(p, ", \t=");
		p = skip_blanks(p + len);
		if (len && *p != '=') {
			keep(best, &c);
			begin(&c, token, len);
			continue;
		}
		if (!*p)
			break;
		p = read_value(skip_blanks(p + 1), value, &good);
		take_parameter(&c, token, len, value, good);
	}
	keep(best, &c);
}

bool auth_challenge(struct auth *a, const struct wire_item *answer)
{
	struct auth best = {0};
	const char *value;

	for (unsigned i = 0; (value = wire_header(answer, "WWW-Authenticate", i)) != NULL; i++)
		read_header(value, &best);
	if (best.scheme == a->scheme && !strcmp(best.nonce, a->nonce))
		best.count = a->count;
	*a = best;
	return best.scheme != AUTH_NONE;
}

/* The hash of a text, in hexadecimal digits. @return 0, -ENOMEM */
static int hash(const struct auth *a, const char *text, char ret[HEX_MAX])
{
	uint8_t sum[SHA256_LEN];
	int len = a->scheme == AUTH_DIGEST_SHA256 ? SHA256_LEN : MD5_LEN;

	if (a->scheme == AUTH_DIGEST_SHA256) {
		struct AVSHA *sha = av_sha_alloc();

		if (!sha)
			return -ENOMEM;
		av_sha_init(sha, 256);
		av_sha_update(sha, (const uint8_t *)text, strlen(text));
		av_sha_final(sha, sum);
		av_free(sha);
	} else {
		av_md5_sum(sum, (const uint8_t *)text, strlen(text));
	}
	for (size_t i = 0; i < (size_t)len; i++)
		snprintf(ret + 2 * i, 3, "%02x", sum[i]);
	return 0;
}

/* RFC 7616 3.4.1. @param nc, cnonce unused without qop */
static int respond(const struct auth *a, const char *user, const char *password, const char *method,
	const char *uri, const char *nc, const char *cnonce, char ret[HEX_MAX])
{
	char text[2048], ha1[HEX_MAX], ha2[HEX_MAX];
	int err, n = snprintf(text, sizeof(text), "%s:%s:%s", user, a->realm, password);

	err = n < (int)sizeof(text) ? hash(a, text, ha1) : -EMSGSIZE;
	explicit_bzero(text, sizeof(text));
	n = snprintf(text, sizeof(text), "%s:%s", method, uri);
	if (!err)
		err = n < (int)sizeof(text) ? hash(a, text, ha2) : -EMSGSIZE;
	if (err)
		return err;
	if (a->qop)
		n = snprintf(text, sizeof(text), "%s:%s:%s:%s:auth:%s", ha1, a->nonce, nc, cnonce, ha2);
	else
		n = snprintf(text, sizeof(text), "%s:%s:%s", ha1, a->nonce, ha2);
	err = n < (int)sizeof(text) ? hash(a, text, ret) : -EMSGSIZE;
	explicit_bzero(text, sizeof(text));
	explicit_bzero(ha1, sizeof(ha1));
	return err;
}

/* The inside of a quoted string. @return false: it does not fit */
static bool escape(const char *text, char *ret, size_t room)
{
	size_t n = 0;

	for (; *text; text++) {
		if (n + 3 > room)
			return false;
		if (*text == '"' || *text == '\\')
			ret[n++] = '\\';
		ret[n++] = *text;
	}
	ret[n] = '\0';
	return true;
}

static int answer_digest(struct auth *a, const char *user, const char *password, const char *method,
	const char *uri, const char *cnonce, char *ret, size_t room)
{
	const char *algorithm = a->scheme == AUTH_DIGEST_SHA256 ? "SHA-256" : "MD5";
	char response[HEX_MAX], quoted[LOGIN_MAX], nc[9];
	size_t n;
	int err;

	snprintf(nc, sizeof(nc), "%08x", (unsigned)++a->count);
	if (!escape(user, quoted, sizeof(quoted)))
		return -EMSGSIZE;
	err = respond(a, user, password, method, uri, nc, cnonce, response);
	if (err)
		return err;
	n = (size_t)snprintf(ret, room,
		"Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"%s\", response=\"%s\"", quoted,
		a->realm, a->nonce, uri, response);
	if (a->has_algorithm && n < room)
		n += (size_t)snprintf(ret + n, room - n, ", algorithm=%s", algorithm);
	if (a->has_opaque && n < room)
		n += (size_t)snprintf(ret + n, room - n, ", opaque=\"%s\"", a->opaque);
	if (a->qop && n < room)
		n += (size_t)snprintf(ret + n, room - n, ", qop=auth, nc=%s, cnonce=\"%s\"", nc, cnonce);
	return n < room ? 0 : -EMSGSIZE;
}

static int answer_basic(const char *user, const char *password, char *ret, size_t room)
{
	char login[LOGIN_MAX];
	int n = snprintf(login, sizeof(login), "%s:%s", user, password);
	int err = n < (int)sizeof(login) && AV_BASE64_SIZE((size_t)n) + 6 <= room ? 0 : -EMSGSIZE;

	if (!err) {
		snprintf(ret, room, "Basic ");
		av_base64_encode(ret + 6, (int)room - 6, (const uint8_t *)login, n);
	}
	explicit_bzero(login, sizeof(login));
	return err;
}

int auth_answer(struct auth *a, const char *user, const char *password, const char *method, const char *uri,
	const char *cnonce, char *ret, size_t room)
{
	int err = 0;

	if (a->scheme == AUTH_NONE)
		ret[0] = '\0';
	else if (a->scheme == AUTH_BASIC)
		err = answer_basic(user, password, ret, room);
	else
		err = answer_digest(a, user, password, method, uri, cnonce, ret, room);
	return err;
}
