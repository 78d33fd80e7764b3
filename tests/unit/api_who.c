/* SPDX-License-Identifier: MIT */
/* Who may ask what: users, passwords, and who has none. Linked with --wrap=clock_gettime. */
#include "lib/clock.h"
#include "tests/check.h"
#include "tests/unit/api_world.h"

#include <crypt.h>
#include <libavutil/base64.h>

static struct api_world w;
static char yaml[2048];

/* @return what crypt(3) makes of a password, quickly */
static const char *hash(const char *password)
{
	static struct crypt_data data;

	return crypt_r(password, "$5$rounds=1000$abcdefgh$", &data);
}

static const char *with_users(const char *more)
{
	snprintf(yaml, sizeof(yaml),
		"cameras:\n"
		"  front: {source: {plugin: src}, recorder: {plugin: rec}}\n"
		"  back: {source: {plugin: src}, recorder: {plugin: rec}}\n"
		"users:\n"
		"  anna: {role: admin, hash: '%s'}\n"
		"  bert: {role: view, cameras: front, hash: '%s'}\n"
		"%s",
		hash("secret"), hash("secret"), more);
	return yaml;
}

static void log_in(const char *login)
{
	static char header[256];
	char text[200];

	av_base64_encode(text, sizeof(text), (const uint8_t *)login, (int)strlen(login));
	snprintf(header, sizeof(header), "Basic %s", text);
	w.headers[0] = (struct cam_header){"authorization", header};
}

static int get_as(const char *login, const char *path)
{
	log_in(login);
	return api_get(&w, path);
}

TEST(with_users_nobody_may_do_anything_without_a_login)
{
	api_world_set_up(&w, with_users(""));
	CHECK_INT(api_get(&w, "/healthz"), 200);
	CHECK_INT(api_get(&w, "/api/v1/cameras"), 401);
	CHECK(strstr(api_header(&w, "www-authenticate"), "Basic realm="));
	CHECK_INT(api_get(&w, "/fake/front.recorder"), 401);
	CHECK_STR(graph_world_did(), "");
	api_world_tear_down(&w);
}

TEST(a_right_password_lets_in_and_a_wrong_one_does_not)
{
	api_world_set_up(&w, with_users(""));
	CHECK_INT(get_as("anna:secret", "/api/v1/cameras"), 200);
	CHECK_INT(w.api.login.passed, 1);
	CHECK_INT(get_as("anna:secret", "/fake/front.recorder"), 200);
	CHECK_INT(w.api.login.passed, 1); /* it is known for a while */
	CHECK_INT(get_as("anna:secret2", "/api/v1/cameras"), 401);
	CHECK_INT(get_as("nobody:secret", "/api/v1/cameras"), 401);
	CHECK_INT(get_as("anna", "/api/v1/cameras"), 401);
	CHECK_INT(get_as(":secret", "/api/v1/cameras"), 401);
	w.headers[0] = (struct cam_header){"authorization", "Bearer abc"};
	CHECK_INT(api_get(&w, "/api/v1/cameras"), 401);
	w.headers[0] = (struct cam_header){"authorization", "Basic ***"};
	CHECK_INT(api_get(&w, "/api/v1/cameras"), 401);
	CHECK_INT(w.api.login.refused, 2);
	CHECK(strstr(graph_world_log(&w.graph), "refused a login as \"anna\" from 192.0.2.1"));
	graph_ahead_ns += 6 * 60 * CLOCK_SECOND;
	CHECK_INT(get_as("anna:secret", "/api/v1/cameras"), 200);
	CHECK_INT(w.api.login.passed, 2);
	api_world_tear_down(&w);
}

TEST(a_wrong_login_does_not_hurt_where_none_is_needed)
{
	api_world_set_up(&w, with_users(""));
	CHECK_INT(get_as("anna:wrong", "/healthz"), 200);
	api_world_tear_down(&w);
}

TEST(a_user_sees_only_their_cameras_and_does_only_what_the_role_has)
{
	api_world_set_up(&w, with_users(""));
	CHECK_INT(get_as("bert:secret", "/api/v1/cameras/front"), 200);
	CHECK_INT(get_as("bert:secret", "/api/v1/cameras/back"), 404);
	CHECK_INT(get_as("bert:secret", "/of/front/fake"), 200);
	CHECK_INT(get_as("bert:secret", "/of/back/fake"), 404);
	(void)graph_world_did();
	CHECK_INT(get_as("bert:secret", "/fake/back.recorder"), 404);
	CHECK_STR(graph_world_did(), "ask front.recorder");
	CHECK_INT(get_as("bert:secret", "/metrics"), 403);
	CHECK_INT(get_as("bert:secret", "/api/v1/events"), 403);
	CHECK_INT(get_as("bert:secret", "/readyz"), 200);
	api_world_tear_down(&w);
}

TEST(the_list_of_who_sees_some_cameras_holds_those)
{
	char text[65536] = "";

	api_world_set_up(&w, with_users(""));
	CHECK_INT(get_as("bert:secret", "/api/v1/cameras"), 200);
	CHECK(w.reply.stream);
	while (*api_piece(&w))
		strncat(text, w.piece, sizeof(text) - strlen(text) - 1);
	api_end_stream(&w);
	CHECK(!strncmp(text, "{\"cameras\":[{\"name\":\"front\"", 27));
	CHECK(strstr(text, "],\"nodes\":[]}\n"));
	CHECK(!strstr(text, "\"back\""));
	api_world_tear_down(&w);
}

TEST(reasons_why_a_server_is_unready_are_for_who_may_see_all)
{
	api_world_set_up(&w, with_users(""));
	graph_world_settle(&w.graph);
	api_world_load(&w, with_users("sinks: {web: {plugin: snk, fails: start}}\n"));
	CHECK_INT(api_get(&w, "/readyz"), 503);
	CHECK_STR(w.text, "something does not work; log in to see what\n");
	api_world_tear_down(&w);
}

TEST(who_leaves_the_configuration_or_gets_another_password_is_out)
{
	api_world_set_up(&w, with_users(""));
	CHECK_INT(get_as("anna:secret", "/metrics"), 200);
	snprintf(yaml, sizeof(yaml),
		"cameras: {front: {source: {plugin: src}}}\nusers: {anna: {role: admin, hash: '%s'}}\n",
		hash("another"));
	api_world_load(&w, yaml);
	CHECK_INT(get_as("anna:secret", "/metrics"), 401);
	CHECK_INT(get_as("anna:another", "/metrics"), 200);
	CHECK_INT(get_as("bert:secret", "/api/v1/cameras/front"), 401);
	api_world_tear_down(&w);
}

TEST(without_users_who_is_on_this_machine_may_control)
{
	static const char event[] = "{\"topic\":\"motion\"}";

	api_world_set_up(&w, "cameras: {front: {source: {plugin: src}}}\n");
	CHECK_INT(api_get(&w, "/api/v1/events"), 200);
	w.headers[0] = (struct cam_header){"content-type", "application/json"};
	CHECK_INT(api_ask(&w, "POST", "/api/v1/cameras/front/events", "", event), 403);
	CHECK(strstr(w.text, "there are no users"));
	w.peer = "127.0.0.1";
	w.headers[0] = (struct cam_header){"content-type", "application/json"};
	CHECK_INT(api_ask(&w, "POST", "/api/v1/cameras/front/events", "", event), 201);
	w.headers[0] = (struct cam_header){"content-type", "application/json"};
	w.headers[1] = (struct cam_header){"x-forwarded-for", "192.0.2.7"};
	CHECK_INT(api_ask(&w, "POST", "/api/v1/cameras/front/events", "", event), 403);
	api_world_tear_down(&w);
}

TEST(what_everybody_may_can_be_said)
{
	api_world_set_up(&w, "cameras: {front: {source: {plugin: src}}}\nserver: {anonymous: view}\n");
	CHECK_INT(api_get(&w, "/api/v1/cameras/front"), 200);
	CHECK_INT(api_get(&w, "/api/v1/events"), 403);
	api_world_load(&w, "cameras: {front: {source: {plugin: src}}}\nserver: {anonymous: none}\n");
	CHECK_INT(api_get(&w, "/api/v1/cameras/front"), 403);
	CHECK_INT(api_get(&w, "/healthz"), 200);
	api_world_tear_down(&w);
}

static int statuses[16], n_statuses;

static void on_answer(void *arg, struct cam_reply *reply)
{
	(void)arg;
	statuses[n_statuses++] = reply->status;
	if (reply->release)
		reply->release(reply);
}

TEST(logins_in_a_flood_are_told_to_come_later)
{
	struct cam_header headers[2] = {{0}};
	struct cam_request r = {.size = sizeof(r),
		.method = "GET",
		.path = "/api/v1/cameras/front",
		.query = "",
		.tail = "",
		.headers = headers};

	api_world_set_up(&w, with_users(""));
	n_statuses = 0;
	for (int i = 0; i < 12; i++) {
		char login[32];

		snprintf(login, sizeof(login), "anna:wrong%d", i);
		log_in(login);
		headers[0] = w.headers[0];
		api_request(&w.api, &r, on_answer, NULL);
	}
	CHECK_INT(n_statuses, 12 - LOGIN_WAITING);
	CHECK_INT(statuses[0], 503);
	GRAPH_UNTIL(&w.graph, n_statuses == 12);
	CHECK_INT(statuses[11], 401);
	api_world_tear_down(&w);
}

RUN_TESTS(T(with_users_nobody_may_do_anything_without_a_login),
	T(a_right_password_lets_in_and_a_wrong_one_does_not),
	T(a_wrong_login_does_not_hurt_where_none_is_needed),
	T(a_user_sees_only_their_cameras_and_does_only_what_the_role_has),
	T(the_list_of_who_sees_some_cameras_holds_those),
	T(reasons_why_a_server_is_unready_are_for_who_may_see_all),
	T(who_leaves_the_configuration_or_gets_another_password_is_out),
	T(without_users_who_is_on_this_machine_may_control), T(what_everybody_may_can_be_said),
	T(logins_in_a_flood_are_told_to_come_later))
