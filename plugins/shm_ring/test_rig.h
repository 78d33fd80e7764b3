/* SPDX-License-Identifier: MIT */
/** @file test_rig.h One shm_ring node under the fake host, for its tests. Rings' names hold the process' id. */
#ifndef CAM_PLUGINS_SHM_RING_TEST_RIG_H
#define CAM_PLUGINS_SHM_RING_TEST_RIG_H
#include "core/media/buf.h"
#include "tests/check.h"
#include "tests/plugin/fake_host.h"

#include <cam/shm_ring.h>
#include <stdalign.h>

struct rig {
	struct fake f;
	alignas(8) uint8_t config[256];
	char name[64];
	const struct cam_caps *caps;
	uint64_t seq;
};

enum { READERS, PICTURES, RESERVED, HISTORY_PACKETS, HISTORY_BYTES };

static inline void *rig_option(struct rig *r, const char *name)
{
	for (const struct cam_opt *o = cam_plugin_1.options; o->name; o++)
		if (!strcmp(o->name, name))
			return r->config + o->offset;
	abort();
}

static inline void rig_int(struct rig *r, const char *name, int64_t value)
{
	memcpy(rig_option(r, name), &value, sizeof(value));
}

static inline void rig_text(struct rig *r, const char *name, const char *value)
{
	memcpy(rig_option(r, name), &value, sizeof(value));
}

static inline void rig_fps(struct rig *r, double fps)
{
	memcpy(rig_option(r, "fps"), &fps, sizeof(fps));
}

/* 64x32, 10/s, 1 s, on demand. */
static inline void rig_init(struct rig *r, const char *suffix)
{
	memset(r, 0, sizeof(*r));
	snprintf(r->name, sizeof(r->name), "cam_test.%ld.%s", (long)getpid(), suffix);
	rig_text(r, "name", r->name);
	rig_text(r, "mode", "0660");
	rig_int(r, "width", 64);
	rig_int(r, "height", 32);
	rig_fps(r, 10);
	rig_int(r, "seconds", CAM_SECOND);
	rig_int(r, "fill", CAM_SHM_DEMAND);
	rig_int(r, "history_bytes", 1 << 20);
}

/* @return what create() or start() returned; after a failure there is nothing to end */
static inline int rig_start(struct rig *r)
{
	int64_t width, height;
	struct cam_caps caps = {.form = CAM_PICTURE, .media = CAM_VIDEO, .codec = CAM_BGR3};
	int err = fake_create(&r->f, &cam_plugin_1, r->config);

	if (err)
		return err;
	err = cam_plugin_1.start(r->f.self);
	if (err) {
		fake_destroy(&r->f);
		return err;
	}
	memcpy(&width, rig_option(r, "width"), sizeof(width));
	memcpy(&height, rig_option(r, "height"), sizeof(height));
	caps.width = (uint32_t)width;
	caps.height = (uint32_t)height;
	r->caps = caps_new(&caps);
	return 0;
}

static inline void rig_end(struct rig *r)
{
	cam_plugin_1.stop(r->f.self);
	fake_destroy(&r->f);
	caps_unref(r->caps);
}

/* Tick until the node has nothing left to do at once. */
static inline void rig_tick(struct rig *r)
{
	for (int i = 0; i < 1000; i++) {
		r->f.tick_at = CAM_NO_TS;
		cam_plugin_1.tick(r->f.self);
		if (r->f.tick_at == CAM_NO_TS || r->f.tick_at > cam_shm_now())
			return;
	}
	CHECK(!"ticks for ever");
}

static inline struct fake_sub *rig_sub(struct rig *r)
{
	return r->f.n_subs ? &r->f.subs[r->f.n_subs - 1] : NULL;
}

static inline bool rig_subscribed(struct rig *r)
{
	return rig_sub(r) && rig_sub(r)->open;
}

static inline size_t rig_bytes(const struct rig *r)
{
	return (size_t)r->caps->width * r->caps->height * 3;
}

/* The memory that the next picture is made in. */
static inline uint8_t *rig_into(struct rig *r)
{
	return rig_sub(r)->want.into(r->f.self, fake_sub(&r->f, r->f.n_subs - 1), rig_bytes(r));
}

/* Deliver what lies at data. @return consume()'s answer */
static inline int rig_deliver(struct rig *r, const uint8_t *data)
{
	struct cam_buf buf = {.size = sizeof(buf),
		.n_planes = 1,
		.seq = ++r->seq,
		.pts_ns = (int64_t)r->seq * 1000,
		.wall_ns = (int64_t)r->seq * 1000 + 1,
		.arrival_ns = (int64_t)r->seq * 1000 + 2,
		.caps = r->caps,
		.plane = {{data, rig_bytes(r), r->caps->width * 3}}};

	return fake_deliver(&r->f, r->f.n_subs - 1, &buf);
}

/* One picture whose every byte is `value`. */
static inline void rig_picture(struct rig *r, int value)
{
	uint8_t *to = rig_into(r);

	CHECK(to);
	memset(to, value, rig_bytes(r));
	CHECK_INT(rig_deliver(r, to), 0);
}

/* @return whether /dev/shm has this object; *ret_st tells of it */
static inline bool rig_object(const struct rig *r, const char *suffix, struct stat *ret_st)
{
	char path[128];

	snprintf(path, sizeof(path), "/dev/shm/%s%s", r->name, suffix);
	return !stat(path, ret_st);
}

/* Bytes of the object that have memory behind them. */
static inline int64_t rig_held(const struct rig *r)
{
	struct stat st;

	return rig_object(r, "", &st) ? (int64_t)st.st_blocks * 512 : -1;
}

/* Its size; -1 when there is none. */
static inline int64_t rig_sized(const struct rig *r)
{
	struct stat st;

	return rig_object(r, "", &st) ? (int64_t)st.st_size : -1;
}
#endif
