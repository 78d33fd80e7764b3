/* SPDX-License-Identifier: MIT */
/* Memory: each allocation failing in turn, and pictures given back on another thread. Linked with --wrap. */
#include "core/media/mempool.h"
#include "tests/check.h"
#include "tests/unit/engine_clip.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libswscale/swscale.h>
#include <pthread.h>
#include <stdatomic.h>
#include <turbojpeg.h>

/* The allocation that fails, counted down; none when it is 0. */
static int fail_at;

static int fails(void)
{
	return fail_at && !--fail_at;
}

/* clang-format off */
#define WRAP(type, name, params, args)                                                                       \
	type __real_##name params;                                                                           \
	type __wrap_##name params;                                                                           \
	type __wrap_##name params                                                                            \
	{                                                                                                    \
		return fails() ? NULL : __real_##name args;                                                  \
	}
WRAP(void *, calloc, (size_t n, size_t size), (n, size))
WRAP(void *, malloc, (size_t size), (size))
WRAP(void *, aligned_alloc, (size_t align, size_t size), (align, size))
WRAP(void *, av_mallocz, (size_t size), (size))
WRAP(AVFrame *, av_frame_alloc, (void), ())
WRAP(AVFrame *, av_frame_clone, (const AVFrame *f), (f))
WRAP(AVPacket *, av_packet_alloc, (void), ())
WRAP(AVCodecContext *, avcodec_alloc_context3, (const AVCodec *codec), (codec))
WRAP(tjhandle, tjInitCompress, (void), ())
WRAP(tjhandle, tjInitDecompress, (void), ())
WRAP(struct SwsContext *, sws_getContext,
	(int sw, int sh, enum AVPixelFormat sf, int dw, int dh, enum AVPixelFormat df, int flags, SwsFilter *a, SwsFilter *b, const double *p),
	(sw, sh, sf, dw, dh, df, flags, a, b, p))
/* clang-format on */

static const struct clip_spec spec = {"libx264", 64, 48, 25, 8, 8, 0, AV_PIX_FMT_YUV420P, AVCOL_SPC_SMPTE170M,
	AVCOL_RANGE_JPEG, paint_wave, 0, 0, 0};

static struct cam_want wants[] = {
	{.form = CAM_JPEG, .width = 32, .height = 32, .quality = 50},
	{.form = CAM_JPEG, .width = 32, .height = 32, .quality = 60},
	{.form = CAM_PICTURE, .codec = CAM_I420},
	{.form = CAM_PICTURE, .codec = CAM_BGR3, .width = 16},
	{.form = CAM_PICTURE, .codec = CAM_GREY, .width = 48},
	{.form = CAM_PICTURE, .codec = CAM_I420, .width = 48},
};
enum { WANTS = 6 };

static uint8_t memory[64 * 64];

static uint8_t *into(void *arg, size_t bytes)
{
	(void)arg;
	return bytes <= sizeof(memory) ? memory : NULL;
}

/* @return how many pictures came */
static int run(const struct clip *clip)
{
	struct engine_output *o[WANTS] = {NULL};
	struct engine *e = engine_new();
	const char *why = NULL;
	struct taken t;
	int n, r;

	if (!e)
		return 0;
	taken_init(&t);
	t.taker.first = false;
	for (int i = 0; i < WANTS; i++) {
		t.taker.into = i == WANTS - 1 ? into : NULL;
		r = engine_add(e, &wants[i], &t.taker, &o[i]);
		if (r != 0 && r != -ENOMEM)
			printf("# engine_add: %d\n", r);
	}
	for (int i = 0; i < clip->n; i++) {
		r = engine_push(e, clip->packet[i], i < 3 ? clip->packet[3]->arrival_ns : 0, &why);
		if (r && (r != -ENOMEM || !why))
			printf("# engine_push: %d\n", r);
	}
	engine_remove(e, o[1]);
	engine_free(e);
	n = t.n;
	taken_free(&t);
	return n;
}

TEST(each_allocation_may_fail)
{
	struct cam_caps with;
	struct clip clip;
	int all, n, at = 0;

	clip_make(&clip, &spec);
	with = *clip.caps;
	with.extradata = (const uint8_t *)"\0\0\0\1\x67";
	with.extradata_len = 5;
	caps_unref(clip.caps);
	clip.caps = caps_new(&with);
	for (int i = 0; i < clip.n; i++) {
		caps_unref(clip.packet[i]->caps);
		clip.packet[i]->caps = caps_ref(clip.caps);
	}
	all = run(&clip);
	CHECK_INT(all, WANTS * 6); /* the first, and those from the fourth on */
	do {
		fail_at = ++at;
		n = run(&clip);
		CHECK(fail_at == 0 ? n < all + 1 : n == all);
	} while (!fail_at);
	CHECK(at > 50);
	fail_at = 0;
	clip_free(&clip);
}

struct giver {
	_Atomic(const struct cam_buf *) slot[4];
	atomic_int done;
	int n;
};

static void hand_over(void *arg, const struct cam_buf *b)
{
	struct giver *g = arg;

	buf_unref(atomic_exchange(&g->slot[b->seq % 4], buf_ref(b)));
}

static void *give_back(void *arg)
{
	struct giver *g = arg;

	while (!atomic_load(&g->done)) {
		for (int i = 0; i < 4; i++) {
			const struct cam_buf *b = atomic_exchange(&g->slot[i], NULL);

			g->n += b && b->plane[0].data[0] == 0xff;
			buf_unref(b);
		}
	}
	return NULL;
}

TEST(pictures_may_be_given_back_on_any_thread)
{
	struct engine *e = engine_new();
	struct giver g = {.n = 0};
	struct engine_taker taker = {.deliver = hand_over, .arg = &g};
	struct engine_output *o;
	struct clip clip;
	const char *why;
	pthread_t thread;

	clip_make(&clip, &spec);
	CHECK_INT(engine_add(e, &wants[0], &taker, &o), 0);
	CHECK_INT(pthread_create(&thread, NULL, give_back, &g), 0);
	for (int i = 0; i < 50 * clip.n; i++)
		CHECK_INT(engine_push(e, clip.packet[i % clip.n], 0, &why), 0);
	engine_free(e);
	atomic_store(&g.done, 1);
	pthread_join(thread, NULL);
	for (int i = 0; i < 4; i++)
		buf_unref(g.slot[i]);
	clip_free(&clip);
}

TEST(blocks_are_used_again_and_outlive_their_pool)
{
	struct mempool *p = mempool_new(100, 1);
	uint8_t *a = mempool_get(p), *b = mempool_get(p), *c;

	CHECK(a && b && a != b && (uintptr_t)a % 64 == 0);
	memset(a, 1, 164);
	mempool_put(a);
	c = mempool_get(p);
	CHECK(c == a);
	mempool_free(p);
	memset(b, 1, 164);
	mempool_put(b);
	mempool_put(c);
}

RUN_TESTS(T(each_allocation_may_fail), T(pictures_may_be_given_back_on_any_thread),
	T(blocks_are_used_again_and_outlive_their_pool))
