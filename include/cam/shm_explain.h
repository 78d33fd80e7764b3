/* SPDX-License-Identifier: MIT */
/**
 * @file shm_explain.h
 * For readers of a ring (shm_ring.h): why it cannot be read, in words, and what to do about it. C11 and C++17, nothing to
 * link, no thread of its own.
 */
#ifndef CAM_SHM_EXPLAIN_H
#define CAM_SHM_EXPLAIN_H

#include <cam/shm_ring.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CAM_SHM_TEXT 640u /**< bytes of cam_shm_explain()'s longest sentence, its NUL included */

/* Who may read it, and how to become one of them. It needs no right but that to look into /dev/shm. */
static inline void cam_shm_explain_denial(const char *name, char *ret, size_t n)
{
	char path[CAM_SHM_NAME_MAX + 16];
	struct stat st;

	snprintf(path, sizeof(path), "/dev/shm/%.*s", (int)CAM_SHM_NAME_MAX, name);
	if (stat(path, &st))
		snprintf(ret, n, "%s: permission denied, for /dev/shm as a whole", name);
	else
		snprintf(ret, n,
			"%s: permission denied: it is of user %u and group %u, mode %04o, and this program "
			"is user %u; "
			"give it that group (docker run --group-add %u; without a container: setpriv "
			"--groups %u), or "
			"set the ring's option `mode: \"0666\"`, which lets everybody read",
			name, (unsigned)st.st_uid, (unsigned)st.st_gid, (unsigned)st.st_mode & 07777,
			(unsigned)geteuid(), (unsigned)st.st_gid, (unsigned)st.st_gid);
}

/**
 * Say why cam_shm_open() or cam_shm_wait() has failed, and what to do about it. @param err what it has returned, below 0
 * @param ret gets a sentence, cut to n bytes; CAM_SHM_TEXT are enough
 */
static inline void cam_shm_explain(const char *name, int err, char *ret, size_t n)
{
	switch (err) {
	case -EACCES:
	case -EPERM:
		cam_shm_explain_denial(name, ret, n);
		break;
	case -ENOENT:
		snprintf(ret, n,
			"%s: there is no such ring: is the camera running, and is this the ring's name? In "
			"another "
			"container it needs the server's /dev/shm: docker run --ipc=container:NAME, the "
			"server's with "
			"--ipc=shareable",
			name);
		break;
	case -EAGAIN:
		snprintf(ret, n, "%s: the ring is just being made; try again", name);
		break;
	case -ESTALE:
		snprintf(ret, n, "%s: the ring is left over: its server is gone; start the server", name);
		break;
	case -EPROTO:
		snprintf(ret, n, "%s: is no ring, or one of another version than this program knows", name);
		break;
	case -EINVAL:
		snprintf(ret, n, "%s: is no name of a ring, which has no / and at most %u bytes", name,
			CAM_SHM_NAME_MAX);
		break;
	case -ETIMEDOUT:
		snprintf(ret, n, "%s: no picture came in that time: is the camera live?", name);
		break;
	case -ENOSPC:
		snprintf(ret, n,
			"%s: /dev/shm has too little room for the ring's pictures; the server's log says "
			"which "
			"--shm-size is right",
			name);
		break;
	default:
		snprintf(ret, n, "%s: error %d", name, -err);
	}
}

#ifdef __cplusplus
}
#endif
#endif
