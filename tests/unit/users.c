/* SPDX-License-Identifier: MIT */
/* Who may do what. */
#include "core/api/users.h"

#include "lib/clock.h"
#include "tests/check.h"

#include <crypt.h>

static struct users users;

/* @return whether it is in force */
static bool set(const struct config_user *user, size_t n, int64_t anonymous)
{
	struct config c = {.users = user, .n_users = n, .server.anonymous = anonymous};

	return users_set(&users, &c) == 0;
}

static const struct cam_who *log_in(const char *name)
{
	const struct cam_who *who;
	uint64_t login;
	char *hash;

	CHECK_INT(users_find(&users, name, &hash, &login), 0);
	free(hash);
	who = who_new(name, false, login);
	return who;
}

/* @return the highest right that somebody has, "CAM_OPEN" if none; rights above one that is not there are not there */
static uint32_t most(const struct cam_who *who, const char *camera, int64_t wall_ns)
{
	uint32_t right = CAM_OPEN;

	CHECK(!users_authorise(&users, who, 0, camera, wall_ns));
	CHECK(!users_authorise(&users, who, CAM_ADMIN + 1, camera, wall_ns));
	CHECK(users_authorise(&users, who, CAM_OPEN, camera, wall_ns));
	while (right < CAM_ADMIN && users_authorise(&users, who, right + 1, camera, wall_ns))
		right++;
	for (uint32_t higher = right + 1; higher <= CAM_ADMIN; higher++)
		CHECK(!users_authorise(&users, who, higher, camera, wall_ns));
	return right;
}

TEST(a_role_holds_those_before_it)
{
	static const struct config_user all[] = {{"v", "h1", CAM_VIEW, "*", 0},
		{"p", "h2", CAM_PLAYBACK, "*", 0}, {"c", "h3", CAM_CONTROL, "*", 0},
		{"a", "h4", CAM_ADMIN, "*", 0}};

	users_init(&users);
	CHECK(!users_exist(&users));
	CHECK(set(all, 4, CONFIG_ANONYMOUS_AUTO) && users_exist(&users));
	for (size_t i = 0; i < 4; i++) {
		const struct cam_who *who = log_in(all[i].name);

		CHECK_INT(most(who, NULL, 0), all[i].role);
		CHECK_INT(most(who, "front", 0), all[i].role);
		CHECK(users_sees_all(&users, who));
		who_unref(who);
	}
	CHECK_INT(most(NULL, NULL, 0), CAM_OPEN);
	users_destroy(&users);
}

TEST(cameras_are_those_of_the_patterns)
{
	static const struct config_user all[] = {{"ann", "h", CAM_CONTROL, "front*, yard", 0}};
	const struct cam_who *who;

	users_init(&users);
	CHECK(set(all, 1, CONFIG_ANONYMOUS_AUTO));
	who = log_in("ann");
	CHECK_INT(most(who, NULL, 0), CAM_CONTROL); /* of any */
	CHECK_INT(most(who, "front", 0), CAM_CONTROL);
	CHECK_INT(most(who, "front2", 0), CAM_CONTROL);
	CHECK_INT(most(who, "yard", 0), CAM_CONTROL);
	CHECK_INT(most(who, "yard2", 0), CAM_OPEN);
	CHECK_INT(most(who, "", 0), CAM_OPEN);
	CHECK(!users_sees_all(&users, who));
	who_unref(who);
	users_destroy(&users);
}

TEST(the_past_is_seen_so_far_back)
{
	static const struct config_user all[] = {
		{"ann", "h", CAM_PLAYBACK, "*", 3600 * CLOCK_SECOND}, {"bob", "h", CAM_PLAYBACK, "*", 0}};
	const struct cam_who *ann, *bob;
	int64_t now = clock_wall_ns();

	users_init(&users);
	CHECK(set(all, 2, CONFIG_ANONYMOUS_AUTO));
	ann = log_in("ann");
	bob = log_in("bob");
	CHECK_INT(most(ann, "front", 0), CAM_PLAYBACK); /* the present */
	CHECK_INT(most(ann, "front", now - 3500 * CLOCK_SECOND), CAM_PLAYBACK);
	CHECK_INT(most(ann, "front", now - 3601 * CLOCK_SECOND), CAM_OPEN);
	CHECK_INT(most(bob, "front", 1), CAM_PLAYBACK);
	who_unref(ann);
	who_unref(bob);
	users_destroy(&users);
}

TEST(who_has_left_or_has_another_password_may_nothing)
{
	static const struct config_user before[] = {{"ann", "h1", CAM_ADMIN, "*", 0},
		{"bob", "h2", CAM_ADMIN, "*", 0}},
					after[] = {{"bob", "h3", CAM_ADMIN, "*", 0}},
					lower[] = {{"bob", "h3", CAM_VIEW, "f*", 0}};
	const struct cam_who *ann, *bob, *again;

	users_init(&users);
	CHECK(set(before, 2, CONFIG_ANONYMOUS_AUTO));
	ann = log_in("ann");
	bob = log_in("bob");
	CHECK(set(after, 1, CONFIG_ANONYMOUS_ADMIN)); /* also not what nobody in particular may */
	CHECK_INT(most(ann, NULL, 0), CAM_OPEN);
	CHECK_INT(most(bob, NULL, 0), CAM_OPEN);
	CHECK(!users_sees_all(&users, ann) && !users_sees_all(&users, bob));
	again = log_in("bob");
	CHECK_INT(most(again, NULL, 0), CAM_ADMIN);
	CHECK(set(lower, 1, CONFIG_ANONYMOUS_AUTO)); /* the same login, another role */
	CHECK_INT(most(again, NULL, 0), CAM_VIEW);
	CHECK_INT(most(again, "yard", 0), CAM_OPEN);
	who_unref(ann);
	who_unref(bob);
	who_unref(again);
	users_destroy(&users);
}

TEST(nobody_in_particular_may_what_is_said)
{
	static const struct config_user one[] = {{"ann", "h", CAM_ADMIN, "*", 0}};
	const struct cam_who *near = who_new("", true, 0), *far = who_new("", false, 0);

	users_init(&users);
	CHECK(set(NULL, 0, CONFIG_ANONYMOUS_AUTO));
	CHECK_INT(most(near, "front", 0), CAM_CONTROL);
	CHECK_INT(most(far, "front", 1), CAM_PLAYBACK);
	CHECK(users_sees_all(&users, far));
	CHECK(set(one, 1, CONFIG_ANONYMOUS_AUTO));
	CHECK_INT(most(near, NULL, 0), CAM_OPEN);
	CHECK_INT(most(far, NULL, 0), CAM_OPEN);
	CHECK(set(NULL, 0, CONFIG_ANONYMOUS_NONE));
	CHECK_INT(most(near, NULL, 0), CAM_OPEN);
	for (int64_t said = CONFIG_ANONYMOUS_VIEW; said <= CONFIG_ANONYMOUS_ADMIN; said++) {
		CHECK(set(one, 1, said));
		CHECK_INT(most(near, "front", 0), said);
		CHECK_INT(most(far, "front", 0), said);
	}
	who_unref(near);
	who_unref(far);
	users_destroy(&users);
}

TEST(a_name_that_is_none_has_a_hash_that_takes_as_long)
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	const char *made;
	uint64_t login = 1;
	char *hash;

	users_init(&users);
	CHECK_INT(users_find(&users, "nobody", &hash, &login), 0);
	CHECK_INT(login, 0);
	made = crypt_r("any", hash, data);
	CHECK(made && *made != '*' && strcmp(made, hash) != 0);
	CHECK(!strncmp(hash, "$y$j9T$", 7)); /* as passwd(1) and --password make them */
	free(hash);
	free(data);
	users_destroy(&users);
}

static int fail_at;

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
	return fail_at && !--fail_at ? NULL : __real_calloc(n, size);
}

TEST(without_memory_nobody_is_let_in)
{
	static const struct config_user one[] = {{"ann", "h", CAM_ADMIN, "*", 0}};
	const struct cam_who *near = who_new("", true, 0), *ann;

	users_init(&users);
	CHECK(set(one, 1, CONFIG_ANONYMOUS_ADMIN));
	ann = log_in("ann");
	fail_at = 1;
	CHECK(!set(one, 1, CONFIG_ANONYMOUS_ADMIN));
	CHECK_INT(most(near, NULL, 0), CAM_OPEN);
	CHECK_INT(most(ann, NULL, 0), CAM_OPEN);
	who_unref(near);
	who_unref(ann);
	users_destroy(&users);
}

RUN_TESTS(T(a_role_holds_those_before_it), T(cameras_are_those_of_the_patterns),
	T(the_past_is_seen_so_far_back), T(who_has_left_or_has_another_password_may_nothing),
	T(nobody_in_particular_may_what_is_said), T(a_name_that_is_none_has_a_hash_that_takes_as_long),
	T(without_memory_nobody_is_let_in))
