/* SPDX-License-Identifier: MIT */
/* Sources: sessions of real H.264, made once, each packet with the number of its session in front. */
#include "tests/stress/stress.h"

#include "lib/clock.h"
#include "tests/unit/engine_clip.h"

#include <errno.h>
#include <libavutil/pixfmt.h>
#include <stdlib.h>
#include <string.h>

/* Two sizes: a source may change in mid-session. */
enum { CLIPS = 2 };
static struct clip clips[CLIPS];
static atomic_uint sessions;

/* An SEI message of a user's own data (H.264, D.1.7): what decoders pass over. */
static const char head[] = "\0\0\0\1\6\5\30sessionofcamsrv ";
enum { HEAD = sizeof(head) - 1, MARK = HEAD + SESSION_DIGITS + 1 };

void source_clips_make(void)
{
	static const int sizes[CLIPS][2] = {{64, 48}, {96, 64}};

	for (int i = 0; i < CLIPS; i++) {
		struct clip_spec spec = {.encoder = "libx264",
			.width = sizes[i][0],
			.height = sizes[i][1],
			.fps = 25,
			.n = 24,
			.gop = 8,
			.format = AV_PIX_FMT_YUV420P,
			.matrix = AVCOL_SPC_SMPTE170M,
			.range = AVCOL_RANGE_MPEG,
			.paint = paint_wave};

		clip_make(&clips[i], &spec);
	}
}

void source_clips_free(void)
{
	for (int i = 0; i < CLIPS; i++)
		clip_free(&clips[i]);
}

unsigned source_session(const struct cam_buf *buf)
{
	char digits[SESSION_DIGITS + 1] = "";

	if (buf->plane[0].len < MARK || memcmp(buf->plane[0].data, head, HEAD) != 0)
		stress_fail("a packet with other bytes than were published");
	memcpy(digits, buf->plane[0].data + HEAD, SESSION_DIGITS);
	return (unsigned)strtoul(digits, NULL, 16);
}

static void release(void *arg)
{
	free(arg);
	atomic_fetch_sub(&stress.packets, 1);
}

/* A packet of these bytes behind the mark. */
static struct cam_buf *make_packet(struct actor *a, const struct cam_buf *like, const void *data, size_t len)
{
	uint8_t *bytes = calloc(1, MARK + len);
	struct cam_buf packet = *like, *buf;
	char digits[SESSION_DIGITS + 1];

	if (!bytes)
		return NULL;
	snprintf(digits, sizeof(digits), "%08x", a->session);
	memcpy(bytes, head, HEAD);
	memcpy(bytes + HEAD, digits, SESSION_DIGITS);
	bytes[MARK - 1] = 0x80;
	memcpy(bytes + MARK, data, len);
	packet.size = sizeof(packet);
	packet.n_planes = 1;
	packet.arrival_ns = clock_mono_ns();
	packet.plane[0] = (struct cam_plane){bytes, MARK + len, 0};
	atomic_fetch_add(&stress.packets, 1);
	buf = a->host->buf_new(&packet, release, bytes);
	if (!buf)
		release(bytes);
	return buf;
}

static void publish(struct actor *a, struct cam_buf *buf)
{
	if (!buf)
		return;
	if (a->host->publish(a->node, buf))
		stress_fail("publish of %s refuses a packet", a->host->name(a->node));
	a->host->buf_unref(buf);
	stress_did(DID_PUBLISH);
}

static int64_t random_stamp(struct actor *a)
{
	if (rnd_once_in(&a->rnd, 64))
		return CAM_NO_TS;
	if (rnd_once_in(&a->rnd, 256))
		a->clock_ns += (int64_t)rnd_below(&a->rnd, 20) * CLOCK_SECOND - 10 * CLOCK_SECOND;
	return a->clock_ns += 4 * CLOCK_MS;
}

static void publish_video(struct actor *a)
{
	const struct clip *clip = &clips[a->clip];
	const struct cam_buf *from = clip->packet[a->at];
	struct cam_buf like = {.flags = from->flags, .caps = clip->caps};
	static const uint8_t garbage[] = {0, 0, 0, 1, 0x41, 0xff, 0x12, 0x34, 0x56};

	like.dts_ns = like.pts_ns = random_stamp(a);
	if (rnd_once_in(&a->rnd, 200)) {
		like.flags |= CAM_CORRUPT;
		publish(a, make_packet(a, &like, garbage, sizeof(garbage)));
	} else {
		publish(a, make_packet(a, &like, from->plane[0].data, from->plane[0].len));
	}
	a->at = (a->at + 1) % (unsigned)clip->n;
	if (a->at == 0 && rnd_once_in(&a->rnd, 4))
		a->clip = rnd_below(&a->rnd, CLIPS);
}

static void publish_audio(struct actor *a)
{
	struct cam_buf like = {.flags = CAM_KEY, .track = 1, .caps = a->audio};

	like.dts_ns = like.pts_ns = a->clock_ns;
	publish(a, make_packet(a, &like, "0123456789", 10));
}

/* What is no packet is refused and goes nowhere. */
static void publish_nothing(struct actor *a)
{
	struct cam_buf like = {.size = sizeof(like), .caps = clips[0].caps, .arrival_ns = clock_mono_ns()};
	struct cam_buf *buf = a->host->buf_new(&like, NULL, NULL);

	if (buf && a->host->publish(a->node, buf) != -EINVAL)
		stress_fail("publish of %s takes what is no packet", a->host->name(a->node));
	a->host->buf_unref(buf);
}

void source_publish(struct actor *a, unsigned n)
{
	while (n--) {
		publish_video(a);
		if (a->audio && rnd_once_in(&a->rnd, 2))
			publish_audio(a);
	}
	if (rnd_once_in(&a->rnd, 64))
		publish_nothing(a);
}

void source_begin(struct actor *a)
{
	struct cam_caps audio = {.size = sizeof(audio),
		.form = CAM_PACKET,
		.media = CAM_AUDIO,
		.codec = CAM_PCMU,
		.sample_rate = 8000,
		.channels = 1};

	a->session = 1 + atomic_fetch_add_explicit(&sessions, 1, memory_order_relaxed);
	a->clip = rnd_below(&a->rnd, CLIPS);
	a->at = rnd_once_in(&a->rnd, 2) ? 0 : rnd_below(&a->rnd, (unsigned)clips[a->clip].n);
	if (!a->audio && rnd_once_in(&a->rnd, 2))
		a->audio = a->host->caps_new(&audio);
	if (rnd_once_in(&a->rnd, 4))
		source_publish(a, 1 + rnd_below(&a->rnd, 3));
}

void source_finish(struct actor *a)
{
	a->host->caps_unref(a->audio);
	a->audio = NULL;
}

/* ---- a thread of its own ---- */

static void nap(struct actor *a, int64_t ns)
{
	int64_t until = clock_mono_ns() + ns;
	struct timespec t = {until / CLOCK_SECOND, until % CLOCK_SECOND};

	pthread_mutex_lock(&a->lock);
	while (!a->woken && pthread_cond_timedwait(&a->cond, &a->lock, &t) == 0)
		;
	a->woken = false;
	pthread_mutex_unlock(&a->lock);
}

int source_run(void *self)
{
	struct actor *a = self;
	unsigned n = 1 + rnd_below(&a->rnd, 300);
	int err = 0;

	if (a->ran && !pthread_equal(a->thread, pthread_self()))
		stress_fail("run of %s on another thread", a->host->name(a->node));
	a->thread = pthread_self();
	a->ran = true;
	a->phase = STARTED;
	actor_enter(a, "run");
	stress_did(DID_RUN);
	source_begin(a);
	while (n-- && !err && !a->host->stopping(a->node)) {
		source_publish(a, 1 + rnd_below(&a->rnd, 3));
		act(a);
		err = act_error(a);
		nap(a, (int64_t)rnd_below(&a->rnd, stress.leaning.tick_us) * 1000);
	}
	actor_leave(a);
	return err;
}

void source_wake(void *self)
{
	struct actor *a = self;

	pthread_mutex_lock(&a->lock);
	a->woken = true;
	pthread_cond_signal(&a->cond);
	pthread_mutex_unlock(&a->lock);
}
