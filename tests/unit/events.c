/* SPDX-License-Identifier: MIT */
/* Where events meet: ids, what goes on, the journal. Linked with --wrap=clock_gettime. */
#include "core/bus/events.h"

#include "core/bus/camera_event.h"
#include "lib/clock.h"
#include "tests/check.h"

#include <errno.h>

static int64_t ahead_ns;

int __real_clock_gettime(clockid_t id, struct timespec *ret);
int __wrap_clock_gettime(clockid_t id, struct timespec *ret);
int __wrap_clock_gettime(clockid_t id, struct timespec *ret)
{
	int err = __real_clock_gettime(id, ret);

	ret->tv_sec += ahead_ns / CLOCK_SECOND;
	return err;
}

static struct events hub;

/* What was told, in order. */
struct told {
	uint64_t seq, id;
	uint32_t phase;
	float score, peak;
	int64_t wall_ns;
	char topic[40], label[72], camera[40], node[40], json[80];
	const struct cam_buf *picture;
};
static struct told told[4096];
static size_t n_told;

static void tell(void *arg, struct event *e, const struct cam_buf *picture)
{
	const struct cam_event *is = event_is(e);
	struct told *t = &told[n_told++];

	(void)arg;
	*t = (struct told){.seq = event_seq(e),
		.id = is->id,
		.phase = is->phase,
		.score = is->score,
		.peak = is->peak,
		.wall_ns = is->wall_ns,
		.picture = picture};
	snprintf(t->topic, sizeof(t->topic), "%s", is->topic);
	snprintf(t->label, sizeof(t->label), "%s", is->label);
	snprintf(t->camera, sizeof(t->camera), "%s", is->camera);
	snprintf(t->node, sizeof(t->node), "%s", is->node);
	snprintf(t->json, sizeof(t->json), "%s", is->json ? is->json : "");
}

static struct event_listener listener = {.tell = tell};
static const char me, other;

static void begin(void)
{
	n_told = 0;
	ahead_ns = 0;
	events_init(&hub, clock_wall_ns());
	events_listen(&hub, &listener);
}

static void end(void)
{
	events_unlisten(&hub, &listener);
	events_destroy(&hub);
}

static struct cam_event event_of(uint32_t phase, const char *topic, float score)
{
	return (struct cam_event){.size = sizeof(struct cam_event),
		.phase = phase,
		.topic = topic,
		.camera = "front",
		.node = "front.motion",
		.pts_ns = CAM_NO_TS,
		.score = score};
}

/* @return the id, or -errno */
static int64_t raise_as(const void *owner, uint32_t phase, uint64_t id, float score)
{
	struct cam_event e = event_of(phase, "motion", score);
	int err;

	e.id = id;
	err = events_raise(&hub, owner, &e, 0);
	return err ? err : (int64_t)e.id;
}

static struct told *last(void)
{
	return &told[n_told - 1];
}

/* ---- ids and phases ---- */

TEST(ids_ascend_and_are_unique_over_a_restart)
{
	uint64_t before;
	int64_t id;

	begin();
	id = raise_as(&me, CAM_BEGIN, 0, 0.5f);
	CHECK(id > 0 && id < INT64_C(1) << 53);
	CHECK_INT(raise_as(&me, CAM_UPDATE, (uint64_t)id, 0.6f), id);
	CHECK(raise_as(&me, CAM_POINT, 0, 0.6f) > id + 1);
	CHECK_INT(raise_as(&me, CAM_END, (uint64_t)id, 0), id);
	for (size_t i = 0; i < n_told; i++)
		CHECK_INT(told[i].seq, told[0].seq + i);
	CHECK_INT(told[0].id, told[0].seq);
	before = events_last(&hub);
	CHECK_INT(before, last()->seq);
	end();
	ahead_ns = CLOCK_SECOND;
	events_init(&hub, clock_wall_ns());
	CHECK(events_last(&hub) > before);
	events_destroy(&hub);
	events_init(&hub, -5); /* before 1970 */
	CHECK_INT(events_last(&hub), 0);
	events_destroy(&hub);
}

TEST(what_has_begun_keeps_its_topic_label_and_camera)
{
	struct cam_event e;
	int64_t wall;

	begin();
	wall = clock_wall_ns();
	e = event_of(CAM_BEGIN, "object", 0.5f);
	e.label = "person";
	CHECK_INT(events_raise(&hub, &me, &e, 0), 0);
	CHECK(last()->wall_ns >= wall && last()->phase == CAM_BEGIN);
	e.phase = CAM_UPDATE;
	e.topic = NULL;
	e.label = "car";
	e.camera = "yard";
	e.score = 0.9f;
	e.wall_ns = 5;
	CHECK_INT(events_raise(&hub, &me, &e, 0), 0);
	CHECK(e.topic == NULL);
	CHECK_STR(last()->topic, "object");
	CHECK_STR(last()->label, "person");
	CHECK_STR(last()->camera, "front");
	CHECK_INT(last()->wall_ns, 5);
	e.phase = CAM_END;
	e.topic = "no topic at all";
	e.label = NULL;
	e.score = 0.1f;
	CHECK_INT(events_raise(&hub, &me, &e, 0), 0);
	CHECK_STR(last()->topic, "object");
	CHECK(last()->peak > 0.89f && last()->score < 0.11f && told[0].peak == 0.5f);
	CHECK_INT(events_raise(&hub, &me, &e, 0), -ENOENT); /* it has ended */
	CHECK_INT(atomic_load(&hub.refused), 1);
	CHECK_INT(atomic_load(&hub.raised), 3);
	end();
}

TEST(what_is_wrong_is_refused_and_counted)
{
	struct cam_event e;

	begin();
	e = event_of(CAM_POINT, "No", 0);
	CHECK_INT(events_raise(&hub, &me, &e, 0), -EINVAL);
	CHECK_INT(raise_as(&me, CAM_UPDATE, 77, 0), -ENOENT);
	CHECK_INT(raise_as(&me, CAM_END, 0, 0), -ENOENT);
	CHECK_INT(raise_as(&me, 9, 0, 0), -EINVAL);
	CHECK_INT(n_told, 0);
	CHECK_INT(atomic_load(&hub.refused), 4);
	end();
}

TEST(nobody_ends_what_is_another_s)
{
	int64_t id;

	begin();
	id = raise_as(&me, CAM_BEGIN, 0, 0);
	CHECK_INT(raise_as(&other, CAM_END, (uint64_t)id, 0), -ENOENT);
	CHECK_INT(raise_as(&me, CAM_END, (uint64_t)id, 0), id);
	end();
}

TEST(a_picture_is_handed_on)
{
	struct cam_event e;
	struct cam_buf picture;

	begin();
	e = event_of(CAM_BEGIN, "motion", 0);
	e.picture = &picture;
	CHECK_INT(events_raise(&hub, &me, &e, 0), 0);
	CHECK(last()->picture == &picture);
	e.phase = CAM_END;
	CHECK_INT(events_raise(&hub, &me, &e, 0), 0);
	CHECK(last()->picture == &picture);
	CHECK(raise_as(&me, CAM_POINT, 0, 0) > 0);
	CHECK(last()->picture == NULL);
	end();
}

/* ---- how many, and how they end ---- */

TEST(a_raiser_has_64_going_on_at_most)
{
	int64_t id = 0;

	begin();
	for (int i = 0; i < EVENTS_OPEN_EACH; i++)
		CHECK((id = raise_as(&me, CAM_BEGIN, 0, 0)) > 0);
	CHECK_INT(raise_as(&me, CAM_BEGIN, 0, 0), -EMFILE);
	CHECK(raise_as(&other, CAM_BEGIN, 0, 0) > 0);
	CHECK(raise_as(&me, CAM_POINT, 0, 0) > 0);
	CHECK_INT(raise_as(&me, CAM_END, (uint64_t)id, 0), id);
	CHECK(raise_as(&me, CAM_BEGIN, 0, 0) > 0);
	CHECK_INT(raise_as(&me, CAM_BEGIN, 0, 0), -EMFILE);
	end();
}

TEST(all_together_have_so_many)
{
	static char owners[EVENTS_OPEN / EVENTS_OPEN_EACH + 1];
	struct cam_event e = event_of(CAM_BEGIN, "motion", 0);

	events_init(&hub, 0);
	for (size_t i = 0; i < EVENTS_OPEN; i++)
		CHECK_INT(events_raise(&hub, &owners[i / EVENTS_OPEN_EACH], &e, 0), 0);
	CHECK_INT(events_raise(&hub, &owners[sizeof(owners) - 1], &e, 0), -EMFILE);
	events_destroy(&hub);
}

TEST(an_owner_s_end_ends_all_of_it)
{
	begin();
	CHECK(raise_as(&me, CAM_BEGIN, 0, 0.3f) > 0);
	CHECK(raise_as(&other, CAM_BEGIN, 0, 0) > 0);
	CHECK(raise_as(&me, CAM_BEGIN, 0, 0) > 0);
	events_end_owner(&hub, &me, "stage_stopped");
	CHECK_INT(n_told, 5);
	CHECK(last()->phase == CAM_END && told[3].phase == CAM_END);
	CHECK_INT(last()->id, told[0].id);
	CHECK_INT(told[3].id, told[2].id);
	CHECK(last()->peak > 0.2f);
	CHECK_STR(last()->json, "{\"ended_by\": \"stage_stopped\"}");
	CHECK_STR(last()->node, "front.motion");
	events_end_owner(&hub, &me, "stage_stopped");
	CHECK_INT(n_told, 5);
	CHECK_INT(hub.n_open, 1);
	end();
}

TEST(silence_ends_what_lasts_only_so_long)
{
	struct cam_event e;

	begin();
	e = event_of(CAM_BEGIN, "trigger", 0);
	CHECK_INT(events_raise(&hub, &me, &e, 10 * CLOCK_SECOND), 0);
	CHECK(raise_as(&other, CAM_BEGIN, 0, 0) > 0); /* this one lasts */
	ahead_ns = 9 * CLOCK_SECOND;
	events_look(&hub);
	CHECK_INT(n_told, 2);
	e.phase = CAM_UPDATE;
	CHECK_INT(events_raise(&hub, &me, &e, EVENTS_LASTS_ON), 0);
	ahead_ns = 18 * CLOCK_SECOND;
	events_look(&hub);
	CHECK_INT(n_told, 3);
	CHECK_INT(events_raise(&hub, &me, &e, 2 * CLOCK_SECOND), 0);
	ahead_ns = 21 * CLOCK_SECOND;
	events_look(&hub);
	CHECK_INT(n_told, 5);
	CHECK_INT(last()->id, told[0].id);
	CHECK_STR(last()->json, "{\"ended_by\": \"silence\"}");
	ahead_ns = 5000 * CLOCK_SECOND;
	events_look(&hub);
	CHECK_INT(n_told, 5);
	end();
}

static bool is_yard(void *arg, const char *camera)
{
	(void)arg;
	return !strcmp(camera, "yard");
}

TEST(events_of_cameras_that_are_gone_end)
{
	struct cam_event e;

	begin();
	CHECK(raise_as(&me, CAM_BEGIN, 0, 0) > 0);
	e = event_of(CAM_BEGIN, "motion", 0);
	e.camera = "yard";
	CHECK_INT(events_raise(&hub, &me, &e, 0), 0);
	events_end_gone(&hub, is_yard, NULL);
	CHECK_INT(n_told, 3);
	CHECK_STR(last()->camera, "front");
	CHECK_STR(last()->json, "{\"ended_by\": \"camera_removed\"}");
	end();
}

TEST(the_server_s_own_are_of_cameras)
{
	struct text json = {0};

	begin();
	text_add(&json, "{\"error\":\"\"}");
	camera_event_tell(&hub, "front", "live", &json);
	CHECK_STR(last()->topic, "camera");
	CHECK_STR(last()->label, "live");
	CHECK_STR(last()->json, "{\"error\":\"\"}");
	CHECK_STR(last()->node, "");
	text_add(&json, "{}");
	CHECK_INT(camera_event_begin(&hub, &me, "front", "fault", &json), 0);
	CHECK_INT(last()->phase, CAM_BEGIN);
	text_add(&json, "{}");
	camera_event_tell(NULL, "front", "live", &json); /* nobody is told */
	CHECK(json.data == NULL);
	CHECK_INT(n_told, 2);
	end();
}

/* ---- the journal ---- */

static struct event *events[EVENTS_REMEMBERED + 1];

/* @return how many, all of which are dropped; the first and the last seq */
static size_t read_after(uint64_t after, size_t room, bool *missed, uint64_t *first, uint64_t *ret_last)
{
	size_t n = events_read(&hub, after, events, room, missed);

	*first = n ? event_seq(events[0]) : 0;
	*ret_last = n ? event_seq(events[n - 1]) : 0;
	for (size_t i = 0; i < n; i++)
		event_unref(events[i]);
	return n;
}

TEST(the_journal_holds_the_last_thousand)
{
	uint64_t first, newest, start;
	bool missed;

	begin();
	start = events_last(&hub);
	CHECK_INT(read_after(start, 10, &missed, &first, &newest), 0);
	CHECK(!missed);
	for (int i = 0; i < EVENTS_REMEMBERED; i++)
		CHECK(raise_as(&me, CAM_POINT, 0, 0) > 0);
	CHECK_INT(read_after(start, EVENTS_REMEMBERED + 1, &missed, &first, &newest), EVENTS_REMEMBERED);
	CHECK(!missed && first == start + 1 && newest == events_last(&hub));
	CHECK(raise_as(&me, CAM_POINT, 0, 0) > 0);
	CHECK_INT(read_after(start, EVENTS_REMEMBERED + 1, &missed, &first, &newest), EVENTS_REMEMBERED);
	CHECK(missed && first == start + 2);
	CHECK_INT(read_after(start + 1, 5, &missed, &first, &newest), 5);
	CHECK(!missed && first == start + 2 && newest == start + 6);
	CHECK_INT(read_after(newest, 5, &missed, &first, &newest), 5);
	CHECK(!missed && first == start + 7);
	CHECK_INT(read_after(events_last(&hub), 5, &missed, &first, &newest), 0);
	CHECK(!missed);
	end();
}

TEST(the_journal_holds_so_many_bytes)
{
	static char json[CAM_MAX_EVENT_JSON + 1];
	struct cam_event e;
	uint64_t first, newest;
	size_t n;
	bool missed;

	begin();
	memset(json, ' ', CAM_MAX_EVENT_JSON);
	memcpy(json, "{}", 2);
	e = event_of(CAM_POINT, "motion", 0);
	e.json = json;
	for (int i = 0; i < EVENTS_REMEMBERED; i++) {
		CHECK_INT(events_raise(&hub, &me, &e, 0), 0);
		CHECK(hub.journal_bytes <= EVENTS_JOURNAL_BYTES);
	}
	n = read_after(0, EVENTS_REMEMBERED, &missed, &first, &newest);
	CHECK(missed && n < EVENTS_REMEMBERED && n > EVENTS_JOURNAL_BYTES / 5000);
	CHECK_INT(newest, events_last(&hub));
	CHECK_INT(first, newest - n + 1);
	end();
}

TEST(who_knows_the_future_is_told_all_and_that_it_missed_some)
{
	uint64_t first, newest, start;
	bool missed;

	begin();
	start = events_last(&hub);
	CHECK_INT(read_after(UINT64_MAX, 5, &missed, &first, &newest), 0);
	CHECK(missed);
	for (int i = 0; i < 3; i++)
		CHECK(raise_as(&me, CAM_POINT, 0, 0) > 0);
	CHECK_INT(read_after(start + 1000, 5, &missed, &first, &newest), 3);
	CHECK(missed && first == start + 1);
	end();
}

TEST(who_listens_no_more_is_not_told)
{
	struct event_listener second = {.tell = tell};

	begin();
	events_listen(&hub, &second);
	CHECK(raise_as(&me, CAM_POINT, 0, 0) > 0);
	CHECK_INT(n_told, 2);
	events_unlisten(&hub, &listener); /* the older of the two */
	CHECK(raise_as(&me, CAM_POINT, 0, 0) > 0);
	CHECK_INT(n_told, 3);
	events_listen(&hub, &listener);
	events_unlisten(&hub, &second);
	CHECK(raise_as(&me, CAM_BEGIN, 0, 0) > 0);
	CHECK_INT(n_told, 4);
	end(); /* with one that goes on */
}

RUN_TESTS(T(ids_ascend_and_are_unique_over_a_restart), T(what_has_begun_keeps_its_topic_label_and_camera),
	T(what_is_wrong_is_refused_and_counted), T(nobody_ends_what_is_another_s), T(a_picture_is_handed_on),
	T(a_raiser_has_64_going_on_at_most), T(all_together_have_so_many), T(an_owner_s_end_ends_all_of_it),
	T(silence_ends_what_lasts_only_so_long), T(events_of_cameras_that_are_gone_end),
	T(the_server_s_own_are_of_cameras), T(the_journal_holds_the_last_thousand),
	T(the_journal_holds_so_many_bytes), T(who_knows_the_future_is_told_all_and_that_it_missed_some),
	T(who_listens_no_more_is_not_told))
