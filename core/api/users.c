/* SPDX-License-Identifier: MIT */
#include "core/api/users.h"

#include "lib/clock.h"
#include "lib/glob.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Of whoever does not exist: yescrypt with the parameters of Debian's passwd(1), so that a login takes as long. */
#define NOBODY_S_HASH "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$XJzvy9EvP0DHMz9PWtvf4VqRAiO0aRmEwuX58Klh9F9"

struct user {
	char *name, *hash, *cameras; /* owned */
	int64_t role, since_ns;
	uint64_t login;
};

/* FNV-1a, of which only equality is asked. */
static uint64_t mix(uint64_t h, const char *s)
{
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return (h ^ 0xff) * UINT64_C(0x100000001b3);
}

static void free_all(struct user *user, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(user[i].name);
		free(user[i].hash);
		free(user[i].cameras);
	}
	free(user);
}

void users_init(struct users *u)
{
	*u = (struct users){0};
	pthread_mutex_init(&u->lock, NULL);
}

void users_destroy(struct users *u)
{
	free_all(u->user, u->n);
	pthread_mutex_destroy(&u->lock);
}

/* @return copies of the configuration's, NULL without memory */
static struct user *copy(const struct config *c)
{
	struct user *user = calloc(c->n_users + 1, sizeof(*user));

	for (size_t i = 0; user && i < c->n_users; i++) {
		const struct config_user *from = &c->users[i];

		user[i].name = strdup(from->name);
		user[i].hash = strdup(from->hash);
		user[i].cameras = strdup(from->cameras);
		user[i].role = from->role;
		user[i].since_ns = from->since_ns;
		user[i].login = mix(mix(UINT64_C(0xcbf29ce484222325), from->name), from->hash) | 1;
		if (!user[i].name || !user[i].hash || !user[i].cameras) {
			free_all(user, i + 1);
			return NULL;
		}
	}
	return user;
}

int users_set(struct users *u, const struct config *c)
{
	struct user *next = copy(c), *old;
	size_t n_old;

	pthread_mutex_lock(&u->lock);
	old = u->user;
	n_old = u->n;
	u->user = next;
	u->n = next ? c->n_users : 0;
	/* Without memory for the users nobody is let in rather than everybody. */
	u->anonymous = next ? c->server.anonymous : CONFIG_ANONYMOUS_NONE;
	if (u->anonymous == CONFIG_ANONYMOUS_AUTO && c->n_users)
		u->anonymous = CONFIG_ANONYMOUS_NONE;
	pthread_mutex_unlock(&u->lock);
	free_all(old, n_old);
	return next ? 0 : -ENOMEM;
}

bool users_exist(struct users *u)
{
	bool exist;

	pthread_mutex_lock(&u->lock);
	exist = u->n;
	pthread_mutex_unlock(&u->lock);
	return exist;
}

/* Under the lock. */
static const struct user *find(const struct users *u, const char *name)
{
	for (size_t i = 0; i < u->n; i++)
		if (!strcmp(u->user[i].name, name))
			return &u->user[i];
	return NULL;
}

int users_find(struct users *u, const char *name, char **ret_hash, uint64_t *ret_login)
{
	const struct user *user;

	pthread_mutex_lock(&u->lock);
	user = find(u, name);
	*ret_login = user ? user->login : 0;
	*ret_hash = strdup(user ? user->hash : NOBODY_S_HASH);
	pthread_mutex_unlock(&u->lock);
	return *ret_hash ? 0 : -ENOMEM;
}

/* ---- deciding, under the lock ---- */

static int64_t anonymous_role(const struct users *u, const struct cam_who *who)
{
	if (u->anonymous == CONFIG_ANONYMOUS_NONE)
		return 0;
	if (u->anonymous != CONFIG_ANONYMOUS_AUTO)
		return u->anonymous;
	return who_is_local(who) ? CAM_CONTROL : CAM_PLAYBACK;
}

/* @return whom it is about; NULL: a user who is none any more */
static const struct user *user_of(const struct users *u, const struct cam_who *who)
{
	const struct user *user = find(u, who_name(who));

	return user && user->login == who_login(who) ? user : NULL;
}

static bool reaches(const struct user *user, int64_t wall_ns)
{
	return !wall_ns || !user->since_ns || wall_ns >= clock_wall_ns() - user->since_ns;
}

static bool decide(
	const struct users *u, const struct cam_who *who, uint32_t right, const char *camera, int64_t wall_ns)
{
	const struct user *user;

	if (right == CAM_OPEN)
		return true;
	if (!who || right < CAM_OPEN || right > CAM_ADMIN)
		return false;
	if (!*who_name(who))
		return anonymous_role(u, who) >= right;
	user = user_of(u, who);
	return user && user->role >= right && (!camera || glob_list_matches(user->cameras, camera)) &&
	       reaches(user, wall_ns);
}

bool users_authorise(
	struct users *u, const struct cam_who *who, uint32_t right, const char *camera, int64_t wall_ns)
{
	bool may;

	pthread_mutex_lock(&u->lock);
	may = decide(u, who, right, camera, wall_ns);
	pthread_mutex_unlock(&u->lock);
	return may;
}

bool users_sees_all(struct users *u, const struct cam_who *who)
{
	const struct user *user;
	bool all;

	pthread_mutex_lock(&u->lock);
	user = *who_name(who) ? user_of(u, who) : NULL;
	all = user ? !strcmp(user->cameras, "*") : !*who_name(who);
	pthread_mutex_unlock(&u->lock);
	return all;
}
