/* SPDX-License-Identifier: MIT */
#include "tests/unit/link_fixture.h"

#include <errno.h>

TEST(packets_begin_at_a_keyframe)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PACKET});
	CHECK_INT(push(&f, 1, 0), 0);
	push(&f, 2, 1);
	push(&f, 3, 0);
	manual_run(&f.on);
	CHECK_STR(f.got, "K2 p3");
	tear_down(&f);
}

TEST(full_queue_drops_up_to_the_next_keyframe_and_marks_it)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PACKET, .queue_items = 3});
	push(&f, 1, 1);
	push(&f, 2, 0);
	push(&f, 3, 0);
	CHECK_INT(push(&f, 4, 0), 1);
	manual_run(&f.on);
	CHECK_INT(push(&f, 5, 0), 1);
	CHECK_INT(push(&f, 6, 1), 0);
	push(&f, 7, 0);
	manual_run(&f.on);
	CHECK_STR(f.got, "K1 p2 p3 !K6 p7");
	CHECK_INT(f.flow.dropped, 2);
	CHECK_INT(f.flow.passed, 5);
	CHECK_INT(f.flow.waiting, 0);
	tear_down(&f);
}

TEST(queue_is_bounded_by_bytes)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PACKET, .queue_bytes = 25});
	push(&f, 1, 1);
	push(&f, 2, 0);
	CHECK_INT(push(&f, 3, 0), 1);
	manual_run(&f.on);
	CHECK_STR(f.got, "K1 p2");
	tear_down(&f);
}

TEST(old_packets_go_in_whole_gops)
{
	struct fixture f;
	int64_t now = clock_mono_ns(), ages[] = {9, 8, 1, 0};

	set_up(&f, (struct cam_want){.form = CAM_PACKET, .queue_age_ns = 5 * CAM_SECOND});
	for (int i = 0; i < 4; i++) {
		struct cam_buf *buf = packet(&f, i, i == 0 || i == 3, now - ages[i] * CAM_SECOND);

		link_push(f.link, buf);
		buf_unref(buf);
	}
	manual_run(&f.on);
	CHECK_STR(f.got, "!K3");
	CHECK_INT(f.flow.dropped, 3);
	tear_down(&f);
}

TEST(latest_picture_wins)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PICTURE});
	push(&f, 1, 0);
	push(&f, 2, 0);
	CHECK_INT(push(&f, 3, 0), 1);
	manual_run(&f.on);
	CHECK_STR(f.got, "!p3");
	tear_down(&f);
}

TEST(consumer_that_says_later_gets_the_newest_on_resume)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PICTURE});
	f.answer = CAM_LATER;
	push(&f, 1, 0);
	manual_run(&f.on);
	push(&f, 2, 0);
	manual_run(&f.on);
	CHECK_STR(f.got, "");
	f.answer = 0;
	link_resume(f.link);
	manual_run(&f.on);
	CHECK_STR(f.got, "!p2");
	tear_down(&f);
}

TEST(packets_gather_for_a_batch)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PACKET, .queue_items = 10, .batch_ns = 1000});
	for (int i = 0; i < 3; i++)
		push(&f, i, i == 0);
	manual_run(&f.on);
	CHECK_STR(f.got, "");
	f.on.timer->fn(f.on.timer);
	CHECK_STR(f.got, "K0 p1 p2");
	push(&f, 3, 0); /* the timer is set still, and nothing else is posted */
	manual_run(&f.on);
	f.on.timer->fn(f.on.timer);
	CHECK_STR(f.got, "K0 p1 p2 p3");
	f.on.timer->fn(f.on.timer); /* nothing came: it rests, and the next packet wakes it */
	f.on.timer = NULL;
	push(&f, 4, 0);
	CHECK(f.on.timer);
	tear_down(&f);
}

TEST(closed_link_delivers_nothing)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PACKET});
	push(&f, 1, 1);
	link_close(f.link);
	manual_run(&f.on);
	push(&f, 2, 1);
	manual_run(&f.on);
	CHECK_STR(f.got, "");
	tear_down(&f);
}

TEST(the_end_of_a_session_stands_in_its_place_once_and_wants_no_room)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PACKET, .queue_items = 2});
	push(&f, 1, 1);
	push(&f, 2, 0);
	link_end_session(f.link);
	link_end_session(f.link);
	manual_run(&f.on);
	push(&f, 3, 1);
	manual_run(&f.on);
	CHECK_STR(f.got, "K1 p2 end K3");
	tear_down(&f);
	set_up(&f, (struct cam_want){.form = CAM_PICTURE});
	link_end_session(f.link);
	manual_run(&f.on);
	CHECK_STR(f.got, "");
	tear_down(&f);
}

TEST(end_of_a_session_outlives_what_is_dropped_around_it)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PACKET, .queue_age_ns = CLOCK_SECOND});
	for (int i = 0; i < 3; i++) {
		struct cam_buf *old = packet(&f, i, i == 0, clock_mono_ns() - 2 * CLOCK_SECOND);

		link_push(f.link, old);
		buf_unref(old);
	}
	link_end_session(f.link);
	push(&f, 3, 0);
	push(&f, 4, 1);
	manual_run(&f.on);
	CHECK_STR(f.got, " end !K4");
	CHECK_INT(atomic_load(&f.flow.dropped), 4);
	tear_down(&f);
}

TEST(what_newer_ones_replace_counts_as_dropped)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PICTURE});
	f.answer = CAM_LATER;
	f.push_in_take = 2;
	push(&f, 1, 1);
	manual_run(&f.on);
	CHECK_INT(atomic_load(&f.flow.dropped), 1);
	f.answer = 0;
	link_resume(f.link);
	manual_run(&f.on);
	CHECK_STR(f.got, "!K2");
	tear_down(&f);
}

TEST(refusals_go_ahead_of_what_waits_and_only_the_last_counts)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PICTURE});
	push(&f, 1, 1);
	link_refuse(f.link, -EBUSY, "busy");
	link_refuse(f.link, CAM_LOWERED, "less");
	manual_run(&f.on);
	CHECK_STR(f.got, "[1 less] K1");
	link_refuse(f.link, CAM_LOWERED, "less");
	manual_run(&f.on);
	CHECK_STR(f.got, "[1 less] K1");
	link_refuse(f.link, CAM_GRANTED, NULL);
	link_gone(f.link);
	link_gone(f.link);
	manual_run(&f.on);
	CHECK_STR(f.got, "[1 less] K1 [0 ] [gone]");
	tear_down(&f);
}

TEST(nothing_comes_once_a_camera_is_gone)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PACKET});
	push(&f, 1, 1);
	push(&f, 2, 0);
	link_gone(f.link);
	manual_run(&f.on);
	push(&f, 3, 1);
	manual_run(&f.on);
	CHECK_STR(f.got, " [gone]");
	CHECK_INT(atomic_load(&f.flow.dropped), 2);
	CHECK_INT(atomic_load(&f.flow.waiting), 0);
	tear_down(&f);
}

/* Each packet that is taken brings another. */
static int take_and_push(void *arg, const struct cam_buf *buf)
{
	struct fixture *f = arg;

	if (link_is_end(buf))
		f->answer = -1;
	else
		push(f, (int)buf->seq + 1, 1);
	return 0;
}

TEST(camera_that_goes_on_does_not_keep_a_consumer_from_ending)
{
	struct cam_want want = {.form = CAM_PACKET};
	struct fixture f;

	set_up(&f, want);
	link_unref(f.link);
	f.link = link_new(&want,
		&(struct link_end){.on = &f.on.executor, .take = take_and_push, .arg = &f, .flow = &f.flow});
	push(&f, 0, 1);
	link_drain(f.link);
	CHECK_INT(atomic_load(&f.flow.passed), 1);
	CHECK_INT(f.answer, -1);
	tear_down(&f);
}

TEST(consumer_that_holds_is_told_all_the_same)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PACKET});
	f.answer = CAM_LATER;
	push(&f, 1, 1);
	manual_run(&f.on);
	link_gone(f.link);
	manual_run(&f.on);
	CHECK_STR(f.got, " [gone]");
	tear_down(&f);
}

/* Ends its own link in the middle of a delivery. */
static int take_and_close(void *arg, const struct cam_buf *buf)
{
	struct fixture *f = arg;

	(void)buf;
	link_close(f->link);
	link_unref(f->link);
	f->link = NULL;
	return 0;
}

TEST(consumer_may_end_its_link_while_it_drains)
{
	struct cam_want want = {.form = CAM_PACKET};
	struct fixture f;
	struct link_end end;

	set_up(&f, want);
	link_unref(f.link);
	end = (struct link_end){.on = &f.on.executor, .take = take_and_close, .arg = &f, .flow = &f.flow};
	f.link = link_new(&want, &end);
	for (int i = 0; i < 5; i++)
		push(&f, i, i == 0);
	link_drain(f.link);
	manual_run(&f.on);
	CHECK(!f.link);
	CHECK_INT(atomic_load(&f.flow.waiting), 0);
	caps_unref(f.caps);
}

TEST(sound_alone_needs_no_keyframe)
{
	const struct cam_caps sound = {.form = CAM_PACKET, .media = CAM_AUDIO, .codec = CAM_AAC};
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PACKET, .media = CAM_AUDIO, .queue_items = 2});
	push(&f, 0, 1); /* of the video */
	caps_unref(f.caps);
	f.caps = caps_new(&sound);
	for (int i = 1; i < 4; i++)
		push(&f, i, 0);
	manual_run(&f.on);
	push(&f, 4, 0);
	manual_run(&f.on);
	CHECK_STR(f.got, "p1 p2 !p4");
	CHECK_INT(atomic_load(&f.flow.dropped), 1);
	tear_down(&f);
}

TEST(the_end_of_a_camera_is_told_once)
{
	struct fixture f;

	set_up(&f, (struct cam_want){.form = CAM_PACKET});
	link_gone(f.link);
	manual_run(&f.on);
	link_gone(f.link);
	manual_run(&f.on);
	CHECK_STR(f.got, " [gone]");
	tear_down(&f);
}

RUN_TESTS(T(the_end_of_a_camera_is_told_once), T(packets_begin_at_a_keyframe),
	T(full_queue_drops_up_to_the_next_keyframe_and_marks_it), T(queue_is_bounded_by_bytes),
	T(old_packets_go_in_whole_gops), T(latest_picture_wins),
	T(consumer_that_says_later_gets_the_newest_on_resume), T(packets_gather_for_a_batch),
	T(closed_link_delivers_nothing), T(the_end_of_a_session_stands_in_its_place_once_and_wants_no_room),
	T(end_of_a_session_outlives_what_is_dropped_around_it), T(what_newer_ones_replace_counts_as_dropped),
	T(refusals_go_ahead_of_what_waits_and_only_the_last_counts), T(nothing_comes_once_a_camera_is_gone),
	T(camera_that_goes_on_does_not_keep_a_consumer_from_ending),
	T(consumer_that_holds_is_told_all_the_same), T(consumer_may_end_its_link_while_it_drains),
	T(sound_alone_needs_no_keyframe))
