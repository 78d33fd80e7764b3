/* SPDX-License-Identifier: MIT */
/* Finding out who asks. Linked with --wrap=crypt_r, which counts checks and holds them up, and --wrap=clock_gettime. */
#include "core/api/login.h"

#include "lib/clock.h"
#include "tests/check.h"

#include <crypt.h>
#include <libavutil/base64.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

static atomic_llong ahead_ns;

int __real_clock_gettime(clockid_t id, struct timespec *ret);
int __wrap_clock_gettime(clockid_t id, struct timespec *ret);
int __wrap_clock_gettime(clockid_t id, struct timespec *ret)
{
	int err = __real_clock_gettime(id, ret);

	ret->tv_sec += id == CLOCK_MONOTONIC ? ahead_ns / CLOCK_SECOND : 0;
	return err;
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER; /* held: no check ends */
static atomic_int checks;

char *__real_crypt_r(const char *phrase, const char *setting, struct crypt_data *data);
char *__wrap_crypt_r(const char *phrase, const char *setting, struct crypt_data *data);
char *__wrap_crypt_r(const char *phrase, const char *setting, struct crypt_data *data)
{
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
	checks++;
	return __real_crypt_r(phrase, setting, data);
}

/* ---- the world ---- */

/* libuv opens a pipe for signals with its first loop and keeps it. */
__attribute__((constructor)) static void warm_up(void)
{
	uv_loop_t first;

	uv_loop_init(&first);
	uv_loop_close(&first);
}

static struct loop loop;
static struct places *places;
static struct users users;
static struct log log_;
static struct login login;

/* What was answered. */
static struct {
	int n, status; /* of the last one; 200: who */
	char name[64], header[80], text[160];
	bool is_local;
} got;

static char *hash_of(const char *password)
{
	static char hash[CRYPT_OUTPUT_SIZE];
	struct crypt_data *data = calloc(1, sizeof(*data));
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];

	CHECK(crypt_gensalt_rn("$y$", 1, "0123456789abcdef", 16, setting, sizeof(setting)));
	snprintf(hash, sizeof(hash), "%s", __real_crypt_r(password, setting, data));
	free(data);
	return hash;
}

static void set_user(const char *password)
{
	const struct config_user one[] = {{"ann", hash_of(password), CAM_CONTROL, "*", 0}};
	struct config c = {.users = one, .n_users = 1};

	CHECK_INT(users_set(&users, &c), 0);
}

static void begin(void)
{
	memset(&got, 0, sizeof(got));
	checks = 0;
	ahead_ns = 0;
	CHECK_INT(loop_init(&loop), 0);
	CHECK_INT(places_new(2, &places), 0);
	log_init(&log_, memfd_create("log", MFD_CLOEXEC), LOG_DEBUG);
	users_init(&users);
	CHECK_INT(login_init(&login, &users, &loop, &log_), 0);
}

static void end(void)
{
	login_close(&login);
	places_free(places);
	loop_close(&loop);
	uv_run(&loop.uv, UV_RUN_DEFAULT);
	CHECK_INT(loop_destroy(&loop), 0);
	users_destroy(&users);
	close(log_.fd);
}

static const char *logged(void)
{
	static char text[4096];
	ssize_t n = pread(log_.fd, text, sizeof(text) - 1, 0);

	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static void on_who(void *arg, const struct cam_who *who, struct cam_reply *reply)
{
	CHECK(arg == &got && !who == !!reply);
	got.n++;
	got.status = reply ? reply->status : 200;
	snprintf(got.name, sizeof(got.name), "%s", who ? who_name(who) : "");
	got.is_local = who && who_is_local(who);
	*got.header = *got.text = '\0';
	if (reply && reply->headers)
		snprintf(got.header, sizeof(got.header), "%s: %s", reply->headers[0].name,
			reply->headers[0].value);
	if (reply)
		snprintf(got.text, sizeof(got.text), "%.*s", (int)reply->len, (const char *)reply->data);
	who_unref(who);
}

static void ask(const char *header, const char *value, const char *peer)
{
	const struct cam_header headers[] = {{value ? header : NULL, value}, {0}};
	const struct cam_request r = {.size = sizeof(r),
		.method = "GET",
		.path = "/",
		.query = "",
		.headers = headers,
		.peer = peer};

	login_identify(&login, places, &r, on_who, &got);
}

static void ask_basic(const char *credentials)
{
	char value[1200] = "bAsIc ";

	CHECK(av_base64_encode(
		value + 6, (int)sizeof(value) - 6, (const uint8_t *)credentials, (int)strlen(credentials)));
	ask("authorization", value, "192.0.2.7");
}

/* @return the status of the answer */
static int log_in(const char *credentials)
{
	int n = got.n;

	ask_basic(credentials);
	while (got.n == n)
		uv_run(&loop.uv, UV_RUN_ONCE);
	return got.status;
}

/* ---- tests ---- */

TEST(a_right_password_lets_in_and_a_wrong_one_does_not)
{
	begin();
	set_user("se:cret");
	CHECK_INT(log_in("ann:se:cret"), 200);
	CHECK_STR(got.name, "ann");
	CHECK(!got.is_local);
	CHECK_INT(log_in("ann:secret"), 401);
	CHECK_STR(got.header, "www-authenticate: Basic realm=\"cam_server\", charset=\"UTF-8\"");
	CHECK_INT(log_in("ann:"), 401);
	CHECK_INT(log_in("Ann:se:cret"), 401);
	CHECK_INT(login.passed, 1);
	CHECK_INT(login.refused, 3);
	end();
}

TEST(a_name_that_is_none_is_checked_too)
{
	begin();
	set_user("secret");
	CHECK_INT(log_in("bob:secret"), 401);
	CHECK_INT(checks, 1);
	CHECK_INT(log_in("bob:any"), 401);
	CHECK_INT(checks, 2);
	end();
}

TEST(what_is_malformed_is_refused_at_once)
{
	static const char *const bad[] = {"Basic", "Basic ", "Basic !!!", "Basic YW5u" /* ann */,
		"Basic OnNlY3JldA==" /* :secret */, "Bearer YW5uOnNlY3JldA==", "",
		"Basic YW5uAHg6eQ==" /* a NUL */};

	begin();
	set_user("secret");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ask("authorization", bad[i], "127.0.0.1");
		CHECK_INT(got.n, i + 1);
		CHECK_INT(got.status, 401);
		CHECK(strstr(got.header, "www-authenticate: Basic"));
	}
	CHECK_INT(checks, 0);
	end();
}

TEST(who_is_let_in_is_known_for_minutes)
{
	begin();
	set_user("secret");
	CHECK_INT(log_in("ann:secret"), 200);
	CHECK_INT(log_in("ann:secret"), 200);
	CHECK_INT(got.n, 2);
	CHECK_INT(checks, 1);
	CHECK_INT(log_in("ann:Secret"), 401); /* another password is another one */
	CHECK_INT(checks, 2);
	ahead_ns = 299 * CLOCK_SECOND;
	CHECK_INT(log_in("ann:secret"), 200);
	CHECK_INT(checks, 2);
	ahead_ns = 301 * CLOCK_SECOND;
	CHECK_INT(log_in("ann:secret"), 200);
	CHECK_INT(checks, 3);
	set_user("other");
	CHECK_INT(log_in("ann:secret"), 401);
	CHECK_INT(checks, 4);
	CHECK_INT(log_in("ann:other"), 200);
	end();
}

TEST(so_many_are_known_and_the_oldest_go)
{
	static char names[LOGIN_KNOWN + 1][8];
	static struct config_user all[LOGIN_KNOWN + 1];
	struct config c = {.users = all, .n_users = LOGIN_KNOWN + 1};
	const char *hash = hash_of("x");
	char text[16];

	begin();
	for (size_t i = 0; i <= LOGIN_KNOWN; i++) {
		snprintf(names[i], sizeof(names[i]), "u%zu", i);
		all[i] = (struct config_user){names[i], hash, CAM_VIEW, "*", 0};
	}
	CHECK_INT(users_set(&users, &c), 0);
	for (size_t i = 0; i <= LOGIN_KNOWN; i++) {
		ahead_ns += CLOCK_SECOND;
		snprintf(text, sizeof(text), "u%zu:x", i);
		CHECK_INT(log_in(text), 200);
	}
	CHECK_INT(checks, LOGIN_KNOWN + 1);
	CHECK_INT(log_in("u1:x"), 200);
	CHECK_INT(checks, LOGIN_KNOWN + 1);
	CHECK_INT(log_in("u0:x"), 200);
	CHECK_INT(checks, LOGIN_KNOWN + 2);
	end();
}

TEST(more_than_a_few_at_once_are_told_to_come_later)
{
	begin();
	set_user("secret");
	pthread_mutex_lock(&gate);
	for (int i = 0; i < LOGIN_WAITING; i++)
		ask_basic("ann:wrong");
	CHECK_INT(got.n, 0);
	ask_basic("ann:secret");
	CHECK_INT(got.n, 1);
	CHECK_INT(got.status, 503);
	CHECK_STR(got.header, "retry-after: 1");
	pthread_mutex_unlock(&gate);
	while (got.n < LOGIN_WAITING + 1)
		uv_run(&loop.uv, UV_RUN_ONCE);
	CHECK_INT(log_in("ann:secret"), 200);
	end();
}

TEST(who_waits_when_the_server_ends_is_told)
{
	begin();
	set_user("secret");
	pthread_mutex_lock(&gate);
	ask_basic("ann:secret");
	login_close(&login);
	pthread_mutex_unlock(&gate);
	places_free(places); /* the check runs to its end */
	places = NULL;
	while (!got.n)
		uv_run(&loop.uv, UV_RUN_ONCE);
	CHECK_INT(got.status, 503);
	CHECK_STR(got.text, "the server ends\n");
	end();
}

TEST(a_password_changed_while_it_is_checked_is_worth_nothing)
{
	const struct cam_who *who;

	begin();
	set_user("secret");
	pthread_mutex_lock(&gate);
	ask_basic("ann:secret");
	set_user("other");
	pthread_mutex_unlock(&gate);
	while (!got.n)
		uv_run(&loop.uv, UV_RUN_ONCE);
	CHECK_INT(got.status,
		200); /* it was right when it was asked; what that login may is decided with each request */
	who = who_new("ann", false, login.known[0].login);
	CHECK(!users_authorise(&users, who, CAM_VIEW, NULL, 0));
	who_unref(who);
	end();
}

TEST(refused_logins_are_told_now_and_then_without_the_password)
{
	begin();
	set_user("secret");
	for (int i = 0; i < 5; i++)
		CHECK_INT(log_in("bob:hunter2"), 401);
	CHECK(strstr(logged(), "refused a login as \"bob\" from 192.0.2.7; 1 since last told"));
	ahead_ns = 11 * CLOCK_SECOND;
	CHECK_INT(log_in("ann:hunter2"), 401);
	CHECK(strstr(logged(), "refused a login as \"ann\" from 192.0.2.7; 5 since last told"));
	CHECK(!strstr(logged(), "hunter2"));
	CHECK_INT(atomic_load(&log_.lines[LOG_WARN]), 2);
	end();
}

/* ---- nobody in particular ---- */

static void be_anonymous(int64_t said)
{
	struct config c = {.server.anonymous = said};

	CHECK_INT(users_set(&users, &c), 0);
}

TEST(who_is_on_this_machine_is_near)
{
	static const struct {
		const char *peer, *header;
		bool is;
	} cases[] = {{"127.0.0.1", NULL, true}, {"127.8.9.1", NULL, true}, {"::1", NULL, true},
		{"::ffff:127.0.0.1", NULL, true}, {"192.0.2.7", NULL, false}, {"::2", NULL, false},
		{"", NULL, false}, {NULL, NULL, false}, {"127.0.0.1", "x-forwarded-for", false},
		{"127.0.0.1", "forwarded", false}, {"127.0.0.1", "x-real-ip", false},
		{"127.0.0.1", "accept", true}};

	begin();
	be_anonymous(CONFIG_ANONYMOUS_AUTO);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ask(cases[i].header ? cases[i].header : "x", cases[i].header ? "192.0.2.7" : NULL,
			cases[i].peer);
		CHECK_INT(got.status, 200);
		CHECK_STR(got.name, "");
		CHECK_INT(got.is_local, cases[i].is);
	}
	end();
}

TEST(without_users_a_login_is_not_looked_at)
{
	begin();
	be_anonymous(CONFIG_ANONYMOUS_VIEW);
	ask_basic("ann:secret");
	CHECK_INT(got.status, 200);
	CHECK_STR(got.name, "");
	end();
}

TEST(who_may_nothing_is_told_to_log_in_or_that_nobody_can)
{
	begin();
	be_anonymous(CONFIG_ANONYMOUS_NONE);
	ask("x", NULL, "127.0.0.1");
	CHECK_INT(got.status, 403);
	CHECK(strstr(got.text, "add `users` to the configuration"));
	set_user("secret");
	ask("x", NULL, "127.0.0.1");
	CHECK_INT(got.status, 401);
	CHECK(strstr(got.header, "www-authenticate"));
	end();
}

TEST(who_has_logged_in_is_not_asked_to_again)
{
	const struct cam_who *who = who_new("ann", false, 1);
	struct cam_reply reply;

	begin();
	set_user("secret");
	login_refuse(&login, who, &reply);
	CHECK_INT(reply.status, 403);
	CHECK(!reply.headers);
	login_refuse(&login, NULL, &reply);
	CHECK_INT(reply.status, 401);
	who_unref(who);
	end();
}

RUN_TESTS(T(a_right_password_lets_in_and_a_wrong_one_does_not), T(a_name_that_is_none_is_checked_too),
	T(what_is_malformed_is_refused_at_once), T(who_is_let_in_is_known_for_minutes),
	T(so_many_are_known_and_the_oldest_go), T(more_than_a_few_at_once_are_told_to_come_later),
	T(who_waits_when_the_server_ends_is_told), T(a_password_changed_while_it_is_checked_is_worth_nothing),
	T(refused_logins_are_told_now_and_then_without_the_password), T(who_is_on_this_machine_is_near),
	T(without_users_a_login_is_not_looked_at), T(who_may_nothing_is_told_to_log_in_or_that_nobody_can),
	T(who_has_logged_in_is_not_asked_to_again))
