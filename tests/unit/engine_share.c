/* SPDX-License-Identifier: MIT */
/* What is shared, when work begins and ends, and who gets which picture. */
#include "tests/check.h"
#include "tests/unit/engine_clip.h"

#include <libavcodec/avcodec.h>

static const struct clip_spec h264 = {"libx264", 320, 192, 25, 50, 50, 0, AV_PIX_FMT_YUV420P,
	AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_MPEG, paint_wave, 0, 0, 0};

static struct clip clip;

static struct cam_want jpeg(uint32_t width, uint32_t height, uint32_t fps)
{
	return (struct cam_want){.size = sizeof(struct cam_want),
		.form = CAM_JPEG,
		.width = width,
		.height = height,
		.max_fps_num = fps,
		.max_fps_den = fps ? 1 : 0,
		.quality = 80};
}

static struct cam_want picture(uint32_t codec, uint32_t width, uint32_t height)
{
	return (struct cam_want){.size = sizeof(struct cam_want),
		.form = CAM_PICTURE,
		.codec = codec,
		.width = width,
		.height = height};
}

static struct engine_output *add(struct engine *e, struct cam_want want, struct taken *t)
{
	struct engine_output *o = NULL;

	taken_init(t);
	CHECK_INT(engine_add(e, &want, &t->taker, &o), 0);
	return o;
}

/* One who looks on, rather than records. */
static void add_viewer(struct engine *e, struct cam_want want, struct taken *t)
{
	struct engine_output *o;

	taken_init(t);
	t->taker.first = false;
	CHECK_INT(engine_add(e, &want, &t->taker, &o), 0);
}

static void push(struct engine *e, const struct clip *c, int from, int to, int64_t catch_up_ns)
{
	const char *why = "";

	for (int i = from; i < to; i++)
		CHECK_INT(engine_push(e, c->packet[i], catch_up_ns, &why), 0);
}

TEST(nothing_is_decoded_without_outputs)
{
	struct engine *e = engine_new();
	struct engine_stats s;
	struct taken t;
	struct engine_output *o;

	push(e, &clip, 0, 10, 0);
	engine_get_stats(e, &s);
	CHECK_INT(s.decoded + s.decoders + s.scalers + s.encoders, 0);
	o = add(e, jpeg(160, 96, 0), &t);
	push(e, &clip, 0, 10, 0);
	engine_get_stats(e, &s);
	CHECK_INT(s.decoded, 10);
	CHECK_INT(t.n, 10);
	CHECK_INT(s.decoders, 1);
	CHECK_INT(s.scalers, 1);
	CHECK_INT(s.encoders, 1);
	engine_remove(e, o);
	push(e, &clip, 10, 20, 0);
	engine_get_stats(e, &s);
	CHECK_INT(s.decoded, 10);
	CHECK_INT(s.decoders + s.scalers + s.encoders, 0);
	engine_free(e);
	CHECK(t.buf[9]->plane[0].data[0] == 0xff); /* outlives the engine */
	taken_free(&t);
}

TEST(ten_equal_outputs_cost_one_of_each)
{
	struct engine *e = engine_new();
	struct engine_stats s;
	struct taken t[12];

	for (int i = 0; i < 10; i++)
		add(e, jpeg(160, 96, 0), &t[i]);
	add(e, picture(CAM_I420, 160, 96), &t[10]);
	add(e, picture(CAM_BGR3, 160, 96), &t[11]);
	push(e, &clip, 0, 20, 0);
	engine_get_stats(e, &s);
	CHECK_INT(s.decoded, 20);
	CHECK_INT(s.scaled, 20);
	CHECK_INT(s.encoded, 20);
	CHECK_INT(s.converted, 20);
	CHECK_INT(s.scalers, 1);
	CHECK_INT(s.encoders, 1);
	for (int i = 0; i < 20; i++)
		CHECK(t[0].buf[i] == t[9].buf[i]);
	CHECK(t[0].buf[0]->caps == t[0].buf[19]->caps);
	CHECK_INT(t[10].buf[3]->n_planes, 3);
	CHECK_INT(t[11].buf[3]->plane[0].stride, 160 * 3);
	engine_free(e);
	for (int i = 0; i < 12; i++)
		taken_free(&t[i]);
}

TEST(slower_outputs_get_a_subset)
{
	struct engine *e = engine_new();
	struct engine_stats s;
	struct taken five, ten;

	add(e, jpeg(160, 96, 5), &five);
	add(e, jpeg(160, 96, 10), &ten);
	push(e, &clip, 0, 50, 0);
	CHECK_INT(five.n, 10);
	CHECK_INT(ten.n, 20);
	for (int i = 0, k = 0; i < five.n; i++) {
		while (k < ten.n && ten.buf[k] != five.buf[i])
			k++;
		CHECK(k < ten.n);
	}
	engine_get_stats(e, &s);
	CHECK_INT(s.scaled, 20);
	CHECK_INT(s.encoded, 20);
	CHECK_INT(s.skipped, 30);
	engine_free(e);
	taken_free(&five);
	taken_free(&ten);
}

TEST(jitter_does_not_cost_pictures_at_the_cameras_own_rate)
{
	struct engine *e = engine_new();
	const char *why = "";
	struct taken t;

	add(e, jpeg(160, 96, 25), &t);
	for (int i = 0; i < 50; i++) {
		struct cam_buf b = *clip.packet[i];

		b.pts_ns += ((i * 7 + 2) % 5 - 2) * 4000000; /* 8 ms to either side */
		CHECK_INT(engine_push(e, &b, 0, &why), 0);
	}
	CHECK_INT(t.n, 50);
	engine_free(e);
	taken_free(&t);
}

TEST(late_joiner_gets_the_keyframe_and_then_the_newest_picture)
{
	struct engine *e = engine_new();
	struct engine_stats s;
	struct taken t;

	add_viewer(e, jpeg(160, 96, 0), &t);
	push(e, &clip, 0, 1, clip.packet[29]->arrival_ns);
	CHECK_INT(t.n, 1);
	push(e, &clip, 1, 30, clip.packet[29]->arrival_ns);
	CHECK_INT(t.n, 2);
	CHECK_INT(t.buf[0]->seq, 0);
	CHECK_INT(t.buf[1]->seq, 29);
	engine_get_stats(e, &s);
	CHECK_INT(s.decoded, 30);
	CHECK_INT(s.encoded, 2);
	push(e, &clip, 30, 31, 0);
	CHECK_INT(t.n, 3);
	engine_free(e);
	taken_free(&t);
}

TEST(held_picture_is_delivered_when_the_newest_packet_gives_none)
{
	struct cam_buf empty;
	struct engine *e = engine_new();
	const char *why = "";
	struct taken t;

	add_viewer(e, jpeg(160, 96, 0), &t);
	push(e, &clip, 0, 10, clip.packet[10]->arrival_ns);
	CHECK_INT(t.n, 1);
	empty = *clip.packet[10];
	empty.plane[0].len = 4;
	CHECK_INT(engine_push(e, &empty, empty.arrival_ns, &why), 0);
	CHECK_INT(t.n, 2);
	CHECK_INT(t.buf[1]->seq, 9);
	engine_free(e);
	taken_free(&t);
}

struct leaver {
	struct engine *e;
	struct engine_output *o, *other;
	int n;
};

static void leave(void *arg, const struct cam_buf *buf)
{
	struct leaver *l = arg;

	l->n += buf->n_planes == 1;
	engine_remove(l->e, l->o);
	engine_remove(l->e, l->other);
}

TEST(outputs_may_be_removed_while_a_picture_is_delivered)
{
	struct leaver l = {.e = engine_new()};
	struct engine_taker taker = {.deliver = leave, .arg = &l, .first = true};
	struct cam_want want = jpeg(160, 96, 0);
	struct engine_stats s;
	struct taken first, other;

	add(l.e, picture(CAM_BGR3, 0, 0), &first);
	CHECK_INT(engine_add(l.e, &want, &taker, &l.o), 0);
	l.other = add(l.e, want, &other);
	push(l.e, &clip, 0, 5, 0);
	CHECK_INT(l.n, 1);
	CHECK_INT(other.n, 0);
	CHECK_INT(first.n, 5);
	engine_get_stats(l.e, &s);
	CHECK_INT(s.encoders, 0);
	CHECK_INT(s.scalers, 1);
	engine_free(l.e);
	taken_free(&first);

	l = (struct leaver){.e = engine_new()};
	CHECK_INT(engine_add(l.e, &want, &taker, &l.o), 0);
	push(l.e, &clip, 0, 5, 0);
	CHECK_INT(l.n, 1);
	engine_get_stats(l.e, &s);
	CHECK_INT(s.decoders + s.scalers + s.encoders, 0);
	engine_free(l.e);
}

TEST(times_follow_reordered_pictures)
{
	struct clip_spec spec = h264;
	struct clip b;
	struct engine *e = engine_new();
	struct taken t;
	int reordered = 0;

	spec.bframes = 2;
	spec.n = 30;
	clip_make(&b, &spec);
	for (int i = 1; i < b.n; i++)
		reordered += b.packet[i]->pts_ns < b.packet[i - 1]->pts_ns;
	CHECK(reordered > 5);
	add(e, jpeg(160, 96, 0), &t);
	push(e, &b, 0, b.n, 0);
	CHECK(t.n >= 26);
	for (int i = 0; i < t.n; i++) {
		CHECK_INT(t.buf[i]->pts_ns, CAM_SECOND + i * CAM_SECOND / 25);
		CHECK_INT(t.buf[i]->pts_ns, b.packet[t.buf[i]->seq]->pts_ns);
		CHECK_INT(t.buf[i]->arrival_ns, b.packet[t.buf[i]->seq]->arrival_ns);
		CHECK_INT(t.buf[i]->wall_ns, b.packet[t.buf[i]->seq]->wall_ns);
	}
	engine_free(e);
	taken_free(&t);
	clip_free(&b);
}

TEST(impossible_wishes_are_refused)
{
	struct engine *e = engine_new();
	struct engine_output *o;
	struct taken t;
	struct cam_want bad[] = {jpeg(1, 2, 0), jpeg(8193, 2, 0), jpeg(2, 2, 0), picture(CAM_H264, 0, 0),
		jpeg(2, 2, 0), jpeg(2, 2, 0)};

	bad[2].quality = 101;
	bad[4].form = CAM_PACKET;
	bad[5].max_fps_num = 5;
	taken_init(&t);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(engine_add(e, &bad[i], &t.taker, &o), -22);
	engine_free(e);
}

static uint8_t memory[160 * 96 * 3];

static uint8_t *into(void *arg, size_t bytes)
{
	(void)arg;
	return bytes == sizeof(memory) ? memory : NULL;
}

TEST(pictures_are_made_in_the_consumers_memory)
{
	struct engine *e = engine_new();
	struct cam_want want = picture(CAM_BGR3, 160, 96);
	struct engine_output *o;
	struct taken t, own;

	taken_init(&t);
	t.taker.into = into;
	CHECK_INT(engine_add(e, &want, &t.taker, &o), 0);
	add(e, want, &own);
	push(e, &clip, 0, 3, 0);
	CHECK_INT(t.n, 3);
	CHECK(t.buf[2]->plane[0].data == memory);
	CHECK_INT(t.buf[2]->plane[0].len, sizeof(memory));
	CHECK(!memcmp(memory, own.buf[2]->plane[0].data, sizeof(memory)));
	engine_remove(e, o);
	want = picture(CAM_GREY, 80, 48);
	CHECK_INT(engine_add(e, &want, &t.taker, &o), 0);
	push(e, &clip, 3, 5, 0);
	CHECK_INT(t.n, 3); /* no memory of that size: no picture */
	engine_free(e);
	taken_free(&t);
	taken_free(&own);
}

int main(void)
{
	static const struct check_test tests[] = {
		T(nothing_is_decoded_without_outputs),
		T(ten_equal_outputs_cost_one_of_each),
		T(slower_outputs_get_a_subset),
		T(jitter_does_not_cost_pictures_at_the_cameras_own_rate),
		T(late_joiner_gets_the_keyframe_and_then_the_newest_picture),
		T(held_picture_is_delivered_when_the_newest_packet_gives_none),
		T(outputs_may_be_removed_while_a_picture_is_delivered),
		T(times_follow_reordered_pictures),
		T(impossible_wishes_are_refused),
		T(pictures_are_made_in_the_consumers_memory),
	};
	int r;

	clip_make(&clip, &h264);
	r = check_run(tests, (int)(sizeof(tests) / sizeof(tests[0])));
	clip_free(&clip);
	return r;
}
