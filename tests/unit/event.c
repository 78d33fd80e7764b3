/* SPDX-License-Identifier: MIT */
/* What an event has to be, its copy, and the patterns that name it. */
#include "core/bus/event.h"

#include "tests/check.h"

#include <errno.h>
#include <math.h>

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

TEST(an_event_has_to_be_one)
{
	struct cam_event e = event_of(CAM_POINT, "motion_2", 1);
	char label[80], json[CAM_MAX_EVENT_JSON + 8];

	CHECK_INT(event_check(&e), 0);
	for (uint32_t phase = 0; phase < 7; phase++) {
		e.phase = phase;
		CHECK_INT(event_check(&e), phase >= CAM_BEGIN && phase <= CAM_POINT ? 0 : -EINVAL);
	}
	e = event_of(CAM_POINT, "motion", 0);
	for (const char *const *bad = (const char *const[]){"", "Motion", "a.b", "a b", "*",
		     "abcdefghijklmnopqrstuvwxyz0123456", NULL};
		*bad; bad++) {
		e.topic = *bad;
		CHECK_INT(event_check(&e), -EINVAL);
	}
	e.topic = NULL;
	CHECK_INT(event_check(&e), -EINVAL);
	e.topic = "abcdefghijklmnopqrstuvwxyz012345"; /* 32 */
	CHECK_INT(event_check(&e), 0);
	for (const float *bad = (const float[]){-0.001f, 1.001f, NAN, INFINITY, 2}; *bad != 2; bad++) {
		e.score = *bad;
		CHECK_INT(event_check(&e), -EINVAL);
	}
	e.score = 1;
	memset(label, 'x', sizeof(label));
	label[64] = '\0';
	e.label = label;
	CHECK_INT(event_check(&e), 0);
	label[64] = 'x', label[65] = '\0';
	CHECK_INT(event_check(&e), -EINVAL);
	for (const char *const *bad = (const char *const[]){"a\nb", "\x7f", "\xff", "\xc3", "a\x01", NULL};
		*bad; bad++) {
		e.label = *bad;
		CHECK_INT(event_check(&e), -EINVAL);
	}
	e.label = "Tür";
	for (const char *const *bad = (const char *const[]){"", "1", "[]", "{", "{\"a\": 1, \"a\": 2}",
		     "{} x", "{\"a\": \"\xff\"}", NULL};
		*bad; bad++) {
		e.json = *bad;
		CHECK_INT(event_check(&e), -EINVAL);
	}
	memset(json, ' ', sizeof(json));
	memcpy(json, "{}", 2);
	json[CAM_MAX_EVENT_JSON] = '\0';
	e.json = json;
	CHECK_INT(event_check(&e), 0);
	json[CAM_MAX_EVENT_JSON] = ' ', json[CAM_MAX_EVENT_JSON + 1] = '\0';
	CHECK_INT(event_check(&e), -EINVAL);
}

TEST(boxes_lie_in_the_picture)
{
	static struct cam_box boxes[CAM_MAX_BOXES + 1];
	struct cam_event e = event_of(CAM_POINT, "object", 1);
	float *const at[] = {&boxes[1].x, &boxes[1].y, &boxes[1].width, &boxes[1].height, &boxes[1].score};

	e.boxes = boxes;
	e.n_boxes = CAM_MAX_BOXES;
	CHECK_INT(event_check(&e), 0);
	e.n_boxes++;
	CHECK_INT(event_check(&e), -EINVAL);
	e.n_boxes = 2;
	for (size_t i = 0; i < 5; i++) {
		*at[i] = 1.5f;
		CHECK_INT(event_check(&e), -EINVAL);
		*at[i] = 0;
	}
	boxes[1].label = "\n";
	CHECK_INT(event_check(&e), -EINVAL);
	boxes[1].label = "cat";
	CHECK_INT(event_check(&e), 0);
	e.boxes = NULL;
	CHECK_INT(event_check(&e), -EINVAL);
	boxes[1].label = NULL;
}

TEST(a_copy_is_whole_and_its_own)
{
	char topic[] = "object", label[] = "person", json[] = "{\"a\":1}", box_label[] = "cat";
	struct cam_box boxes[2] = {{0.1f, 0.2f, 0.3f, 0.4f, 0.5f, box_label}, {0, 0, 1, 1, 1, NULL}};
	struct cam_event e = event_of(CAM_POINT, topic, 0.5f);
	struct event *copy, *bare;

	e.label = label;
	e.json = json;
	e.boxes = boxes;
	e.n_boxes = 2;
	copy = event_new(&e, 7);
	topic[0] = label[0] = json[0] = box_label[0] = '!';
	boxes[0].x = 1;
	CHECK_INT(event_seq(copy), 7);
	CHECK_STR(event_is(copy)->topic, "object");
	CHECK_STR(event_is(copy)->label, "person");
	CHECK_STR(event_is(copy)->json, "{\"a\":1}");
	CHECK_STR(event_is(copy)->boxes[0].label, "cat");
	CHECK(event_is(copy)->boxes[0].x < 0.2f && *event_is(copy)->boxes[1].label == '\0');
	bare = event_new(&(struct cam_event){.topic = "x"}, 8);
	CHECK(event_is(bare)->json == NULL && event_bytes(bare) < event_bytes(copy));
	CHECK_STR(event_is(bare)->node, "");
	CHECK(event_ref(bare) == bare);
	event_unref(bare);
	event_unref(bare);
	event_unref(copy);
	event_unref(NULL);
}

TEST(a_pattern_names_a_topic_and_a_label)
{
	struct event *copy;
	struct cam_event e = event_of(CAM_POINT, "object", 1);
	static const struct {
		const char *pattern;
		bool is;
	} cases[] = {{"*", true}, {"object", true}, {"obj*", true}, {"objec", false}, {"objects", false},
		{"object.person", true}, {"object.car", false}, {"object.p*", true}, {"*.person", true},
		{"object.*", true}, {"obj?ct.pers?n", true}, {"motion", false}, {"", false},
		{".person", false}, {"object.", false}};

	e.label = "person";
	copy = event_new(&e, 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (event_matches(event_is(copy), cases[i].pattern) != cases[i].is)
			printf("# %s\n", cases[i].pattern);
		CHECK_INT(event_matches(event_is(copy), cases[i].pattern), cases[i].is);
	}
	event_unref(copy);
}

RUN_TESTS(T(an_event_has_to_be_one), T(boxes_lie_in_the_picture), T(a_copy_is_whole_and_its_own),
	T(a_pattern_names_a_topic_and_a_label))
