/* SPDX-License-Identifier: MIT */
#include "config_fakes.h"
#include "core/config/compare.h"
#include "core/config/load.h"
#include "core/config/match.h"
#include "core/config/option/hash.h"
#include "tests/check.h"

#include <stdlib.h>

#define SALT "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$"
#define HASH SALT "X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7"
#define OTHER SALT "X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ8"
#define CAMERAS "cameras: {front: {source: {plugin: test_in}}, yard: {source: {plugin: test_in}}}\n"
#define USERS(list) CAMERAS "users: {" list "}\n"

/* @return the configuration, NULL with errors */
static struct config *load(const char *yaml, char *variable, struct text *errors)
{
	char *variables[] = {variable, NULL};
	const struct config_input in = {
		.text = yaml, .text_name = "t.yaml", .environ = variables, .plugins = fake_plugins};
	struct config *c = NULL;

	CHECK_INT(!config_load(&in, &c, errors), !!c);
	return c;
}

static struct config *load_good(const char *yaml, char *variable)
{
	struct text errors = {0};
	struct config *c = load(yaml, variable, &errors);

	CHECK_STR(text_str(&errors), "");
	text_free(&errors);
	return c;
}

TEST(users_have_all_that_is_written)
{
	struct config *c =
		load_good(USERS("anna: {hash: '" HASH "', role: control, cameras: [front], since: 7d}, "
				"\"J\\u00fcrgen B.\": {hash: '" HASH "', role: admin}"),
			NULL);

	CHECK_INT(c->n_users, 2);
	CHECK_STR(c->users[0].name, "anna");
	CHECK_STR(c->users[0].hash, HASH);
	CHECK_INT(c->users[0].role, CAM_CONTROL);
	CHECK_INT(c->users[0].since_ns, 7 * 86400 * CAM_SECOND);
	CHECK(config_user_sees(&c->users[0], "front") && !config_user_sees(&c->users[0], "yard"));
	CHECK_STR(c->users[1].name, "J\u00fcrgen B.");
	CHECK_INT(c->users[1].role, CAM_ADMIN);
	CHECK_INT(c->users[1].since_ns, 0);
	CHECK(config_user_sees(&c->users[1], "front") && config_user_sees(&c->users[1], "yard"));
	CHECK_INT(c->server.anonymous, CONFIG_ANONYMOUS_AUTO);
	config_free(c);
}

TEST(a_variable_makes_a_user_and_changes_one)
{
	char role[] = "CAM_SERVER__USERS__ANNA__ROLE=playback",
	     file[] = "CAM_SERVER__USERS__ANNA__HASH=" OTHER;
	struct config *c = load_good(USERS("Anna: {hash: '" HASH "', role: view}"), role);

	CHECK_STR(c->users[0].name, "Anna");
	CHECK_INT(c->users[0].role, CAM_PLAYBACK);
	config_free(c);
	c = load_good(USERS("Anna: {hash_file: /nowhere, role: view}"), file);
	CHECK_STR(c->users[0].hash, OTHER);
	config_free(c);
	c = load_good(CAMERAS "server: {anonymous: control}", NULL);
	CHECK_INT(c->n_users, 0);
	CHECK_INT(c->server.anonymous, CAM_CONTROL);
	config_free(c);
}

TEST(users_are_equal_when_all_of_them_is)
{
	static const char *const others[] = {USERS(), USERS("a: {hash: '" OTHER "', role: view}"),
		USERS("a: {hash: '" HASH "', role: admin}"), USERS("b: {hash: '" HASH "', role: view}"),
		USERS("a: {hash: '" HASH "', role: view, since: 1d}"),
		USERS("a: {hash: '" HASH "', role: view, cameras: front}")};
	struct config *a = load_good(USERS("a: {hash: '" HASH "', role: view}"), NULL), *b;

	b = load_good("# moved\n" USERS("a: {role: view, hash: '" HASH "', cameras: '*'}"), NULL);
	CHECK(config_users_equal(a, b));
	config_free(b);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		b = load_good(others[i], NULL);
		CHECK(!config_users_equal(a, b));
		config_free(b);
	}
	config_free(a);
}

TEST(a_hash_is_what_crypt_makes_by_a_method_of_today)
{
	static const char *const good[] = {HASH,
		"$2b$05$abcdefghijklmnopqrstuuuBmcVJgPqMyTFD21LNbBzVbNRTAbhmO",
		"$5$rounds=5000$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc8",
		"$7$CU..../....abcdefghijklmnopqrstuv$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc8"};
	static const char *const bad[] = {"", "$", "hunter2", "$y$j9T$", "$y$", SALT, HASH "0",
		"$1$abcdefgh$G//4keteveJp0qb8z2DxG/", "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA",
		"ab1zn6VcJ0XqU", "$y$j9T$F5Jx5fExrKuPp53x KQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7",
		"$$y$$j9T$$F5Jx5fExrKuPp53xLKQ..1$$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7"};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(!hash_fault(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(hash_fault(bad[i]));
}

TEST(no_message_shows_what_stands_in_place_of_a_hash)
{
	static const char *const yaml[] = {USERS("a: {hash: hunter2, role: view}"),
		USERS("a: {password: hunter2, role: view}"),
		USERS("a: {hash: '$6$hunter2$hunter2', role: view}"), USERS("a: hunter2"),
		USERS("a: {hash: [hunter2], role: view}"), USERS("hash: hunter2")};

	for (size_t i = 0; i < sizeof(yaml) / sizeof(yaml[0]); i++) {
		struct text errors = {0};

		CHECK(!load(yaml[i], NULL, &errors));
		CHECK(errors.len && !strstr(text_str(&errors), "hunter2"));
		text_free(&errors);
	}
}

TEST(a_thousand_users_may_be_there_and_no_more)
{
	struct text yaml = {0}, errors = {0};
	struct config *c;

	text_add(&yaml, CAMERAS "users:\n");
	for (int i = 0; i < 1000; i++)
		text_printf(&yaml, "  u%d: {role: view, hash: '" HASH "'}\n", i);
	c = load_good(text_str(&yaml), NULL);
	CHECK_INT(c->n_users, 1000);
	config_free(c);
	text_add(&yaml, "  more: {role: view, hash: '" HASH "'}\n");
	CHECK(!load(text_str(&yaml), NULL, &errors));
	CHECK(strstr(text_str(&errors), "more than 1000 users"));
	text_free(&errors);
	text_free(&yaml);
}

RUN_TESTS(T(users_have_all_that_is_written), T(a_variable_makes_a_user_and_changes_one),
	T(users_are_equal_when_all_of_them_is), T(a_hash_is_what_crypt_makes_by_a_method_of_today),
	T(no_message_shows_what_stands_in_place_of_a_hash), T(a_thousand_users_may_be_there_and_no_more))
