/* SPDX-License-Identifier: MIT */
#include "core/api/login.h"

#include "core/api/reply.h"
#include "core/plugin/request.h"
#include "lib/clock.h"

#include <crypt.h>
#include <errno.h>
#include <libavutil/base64.h>
#include <libavutil/hmac.h>
#include <libavutil/mem.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { MAX_CREDENTIALS = 512 };
/* Who is let in is known for so long, so that a page of many parts costs one check. */
#define KNOWN_NS (300 * CLOCK_SECOND)
#define TELL_NS (10 * CLOCK_SECOND)

/* A password to check, on the strand. */
struct check {
	struct task task;
	struct login *login;
	char name[MAX_CREDENTIALS], password[MAX_CREDENTIALS], peer[64];
	char *hash;
	uint64_t id; /* 0: there is no such user */
	bool is_right;
	void (*done)(void *arg, const struct cam_who *, struct cam_reply *);
	void *arg;
};

static const struct cam_header ask_basic[] = {
	{"www-authenticate", "Basic realm=\"cam_server\", charset=\"UTF-8\""}, {0}};
static const struct cam_header ask_later[] = {{"retry-after", "1"}, {0}};

int login_init(struct login *l, struct users *users, struct loop *loop, struct log *log)
{
	*l = (struct login){.users = users, .loop = loop, .log = log};
	return getrandom(l->key, sizeof(l->key), 0) == sizeof(l->key) ? 0 : -errno;
}

void login_close(struct login *l)
{
	l->is_closed = true;
	strand_free(l->strand);
	l->strand = NULL;
}

/* ---- answers ---- */

static void refuse(struct cam_reply *reply, const char *text)
{
	reply_text(reply, 401, text);
	reply->headers = ask_basic;
}

void login_refuse(struct login *l, const struct cam_who *who, struct cam_reply *reply)
{
	if (who && *who_name(who))
		reply_text(reply, 403, "your role does not include this; see `users` in the configuration\n");
	else if (users_exist(l->users))
		refuse(reply, "log in to see this\n");
	else
		reply_text(reply, 403,
			"this takes a login, and there are no users: add `users` to the configuration, or "
			"say what everybody may do by `server.anonymous`\n");
}

static void tell_refused(struct login *l, const struct check *c)
{
	int64_t now = clock_mono_ns();

	l->refused++;
	l->untold++;
	if (l->told_ns && now - l->told_ns < TELL_NS)
		return;
	log_line(l->log, LOG_WARN, NULL, "refused a login as \"%.40s\" from %s; %u since last told", c->name,
		*c->peer ? c->peer : "somewhere", l->untold);
	l->told_ns = now;
	l->untold = 0;
}

static void let_in(const struct check *c)
{
	const struct cam_who *who = who_new(c->name, false, c->id);
	struct cam_reply reply;

	reply_text(&reply, 503, "out of memory\n");
	c->done(c->arg, who, who ? NULL : &reply);
}

/* ---- who is known ---- */

/* @return false without memory */
static bool make_tag(const struct login *l, const struct check *c, uint8_t ret[32])
{
	struct AVHMAC *h = av_hmac_alloc(AV_HMAC_SHA256);

	if (!h)
		return false;
	av_hmac_init(h, l->key, sizeof(l->key));
	av_hmac_update(h, (const uint8_t *)c->name, (unsigned)strlen(c->name) + 1);
	av_hmac_update(h, (const uint8_t *)c->password, (unsigned)strlen(c->password));
	av_hmac_final(h, ret, 32);
	av_hmac_free(h);
	return true;
}

static bool is_known(const struct login *l, const struct check *c)
{
	int64_t now = clock_mono_ns();
	uint8_t tag[32];

	if (!c->id || !make_tag(l, c, tag))
		return false;
	for (size_t i = 0; i < LOGIN_KNOWN; i++)
		if (l->known[i].login == c->id && l->known[i].until_ns > now &&
			!memcmp(l->known[i].tag, tag, sizeof(tag)))
			return true;
	return false;
}

static void know(struct login *l, const struct check *c)
{
	struct login_known *oldest = l->known;

	for (size_t i = 1; i < LOGIN_KNOWN; i++)
		if (l->known[i].until_ns < oldest->until_ns)
			oldest = &l->known[i];
	if (!make_tag(l, c, oldest->tag))
		return;
	oldest->login = c->id;
	oldest->until_ns = clock_mono_ns() + KNOWN_NS;
}

/* ---- checking ---- */

static void check_free(struct check *c)
{
	if (c)
		explicit_bzero(c->password, sizeof(c->password));
	free(c ? c->hash : NULL);
	free(c);
}

static void on_checked(struct task *t)
{
	struct check *c = container_of(t, struct check, task);
	struct login *l = c->login;
	struct cam_reply reply;

	l->waiting--;
	if (l->is_closed) {
		reply_text(&reply, 503, "the server ends\n");
		c->done(c->arg, NULL, &reply);
	} else if (c->is_right) {
		l->passed++;
		know(l, c);
		let_in(c);
	} else {
		tell_refused(l, c);
		refuse(&reply, "this is not the name and password of a user\n");
		c->done(c->arg, NULL, &reply);
	}
	check_free(c);
}

/* As long whether they are equal or where they differ. */
static bool equal(const char *a, const char *b)
{
	size_t n = strlen(a);
	unsigned char differ = n != strlen(b);

	for (size_t i = 0; i < n && b[i]; i++)
		differ |= (unsigned char)(a[i] ^ b[i]);
	return !differ;
}

static void do_check(struct task *t)
{
	struct check *c = container_of(t, struct check, task);
	struct crypt_data *data = calloc(1, sizeof(*data));
	const char *made = data ? crypt_r(c->password, c->hash, data) : NULL;

	c->is_right = made && *made != '*' && equal(made, c->hash) && c->id;
	if (data)
		explicit_bzero(data, sizeof(*data));
	free(data);
	c->task.fn = on_checked;
	executor_post(&c->login->loop->executor, &c->task);
}

/* "Basic " and Base64 of NAME:PASSWORD. @return whether they are */
static bool read_basic(const char *header, struct check *c)
{
	uint8_t text[MAX_CREDENTIALS];
	int n = av_base64_decode(text, header + 6, sizeof(text) - 1);
	char *colon;

	if (n <= 0 || memchr(text, '\0', (size_t)n))
		return false;
	text[n] = '\0';
	colon = strchr((char *)text, ':');
	if (!colon)
		return false;
	*colon = '\0';
	snprintf(c->name, sizeof(c->name), "%s", (char *)text);
	snprintf(c->password, sizeof(c->password), "%s", colon + 1);
	explicit_bzero(text, sizeof(text));
	return *c->name;
}

/* @return whether it is on its way; c is the strand's then */
static bool begin(struct login *l, struct places *places, struct check *c)
{
	if (!l->strand)
		l->strand = strand_new(places_cpu(places));
	if (!l->strand || l->waiting >= LOGIN_WAITING)
		return false;
	l->waiting++;
	c->login = l;
	c->task.fn = do_check;
	executor_post(strand_executor(l->strand), &c->task);
	return true;
}

static void log_in(struct login *l, struct places *places, struct check *c)
{
	struct cam_reply reply;

	if (users_find(l->users, c->name, &c->hash, &c->id)) {
		reply_text(&reply, 503, "out of memory\n");
		c->done(c->arg, NULL, &reply);
	} else if (is_known(l, c)) {
		let_in(c);
	} else if (begin(l, places, c)) {
		return;
	} else {
		reply_text(&reply, 503, "too many logins at once; try again in a second\n");
		reply.headers = ask_later;
		c->done(c->arg, NULL, &reply);
	}
	check_free(c);
}

/* ---- nobody in particular ---- */

/* A proxy on this machine speaks for others. */
static bool is_local(const struct cam_request *r)
{
	const char *peer = r->peer ? r->peer : "";

	if (request_header(r, "x-forwarded-for") || request_header(r, "forwarded") ||
		request_header(r, "x-real-ip"))
		return false;
	return !strncmp(peer, "127.", 4) || !strcmp(peer, "::1") || !strncmp(peer, "::ffff:127.", 11);
}

const struct cam_who *login_nobody(const struct cam_request *r)
{
	return who_new("", is_local(r), 0);
}

static void be_nobody(struct login *l, const struct cam_request *r,
	void (*done)(void *, const struct cam_who *, struct cam_reply *), void *arg)
{
	const struct cam_who *who = login_nobody(r);
	struct cam_reply reply;

	if (who && users_authorise(l->users, who, CAM_VIEW, NULL, 0)) {
		done(arg, who, NULL);
		return;
	}
	if (who)
		login_refuse(l, who, &reply);
	else
		reply_text(&reply, 503, "out of memory\n");
	who_unref(who);
	done(arg, NULL, &reply);
}

void login_identify(struct login *l, struct places *places, const struct cam_request *r,
	void (*done)(void *, const struct cam_who *, struct cam_reply *), void *arg)
{
	const char *header = request_header(r, "authorization");
	struct cam_reply reply;
	struct check *c;

	if (!header || !users_exist(l->users)) {
		be_nobody(l, r, done, arg);
		return;
	}
	c = calloc(1, sizeof(*c));
	if (c && !strncasecmp(header, "Basic ", 6) && read_basic(header, c)) {
		snprintf(c->peer, sizeof(c->peer), "%s", r->peer ? r->peer : "");
		c->done = done;
		c->arg = arg;
		log_in(l, places, c);
		return;
	}
	check_free(c);
	refuse(&reply, "log in by HTTP's Basic authentication, with a name and a password\n");
	done(arg, NULL, &reply);
}
