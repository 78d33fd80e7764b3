/* SPDX-License-Identifier: MIT */
#include "core/plugin/abi.h"

#include <errno.h>
#include <string.h>

#define END(T, member) (offsetof(struct T, member) + sizeof(((struct T *)0)->member))
/* sizeof(struct T), if it ended with this member. */
#define SIZE_UP_TO(T, member)                                                                                \
	((END(T, member) + _Alignof(struct T) - 1) / _Alignof(struct T) * _Alignof(struct T))
/* A list that forgets new members does not compile. */
#define LAST(T, member) _Static_assert(SIZE_UP_TO(T, member) == sizeof(struct T), #T " ends with " #member)

/* clang-format off */
#define WANT(member) END(cam_want, member)
const struct abi_layout abi_want = {sizeof(struct cam_want), 0, {
	WANT(form), WANT(codec), WANT(media), WANT(width), WANT(height), WANT(max_fps_num), WANT(max_fps_den),
	WANT(quality), WANT(since_ns), WANT(drop), WANT(queue_items), WANT(queue_bytes), WANT(queue_age_ns),
	WANT(batch_ns), WANT(into), WANT(user), WANT(owner), WANT(from_ns), WANT(until_ns)}};
LAST(cam_want, until_ns);

/* Extradata and its length go together. */
#define CAPS(member) END(cam_caps, member)
const struct abi_layout abi_caps = {sizeof(struct cam_caps), SIZE_UP_TO(cam_caps, extradata_len), {
	CAPS(codec), CAPS(width), CAPS(height), CAPS(fps_num), CAPS(fps_den), CAPS(sample_rate), CAPS(channels),
	CAPS(extradata_len)}};
LAST(cam_caps, extradata_len);

#define BUF(member) END(cam_buf, member)
const struct abi_layout abi_buf = {sizeof(struct cam_buf), SIZE_UP_TO(cam_buf, plane), {
	BUF(plane[0]), BUF(plane[1]), BUF(plane[2]), BUF(plane[3])}};
LAST(cam_buf, plane);

#define REQUEST(member) END(cam_request, member)
const struct abi_layout abi_request = {sizeof(struct cam_request), SIZE_UP_TO(cam_request, tail), {
	REQUEST(path), REQUEST(query), REQUEST(tail), REQUEST(body_len), REQUEST(headers), REQUEST(peer), REQUEST(who),
	REQUEST(camera)}};
LAST(cam_request, camera);

const struct abi_layout abi_reply = {sizeof(struct cam_reply), SIZE_UP_TO(cam_reply, arg), {
	END(cam_reply, arg), END(cam_reply, file), END(cam_reply, headers), END(cam_reply, more), END(cam_reply, stream)}};
LAST(cam_reply, stream);

#define EVENT(member) END(cam_event, member)
const struct abi_layout abi_event = {sizeof(struct cam_event), 0, {
	EVENT(topic), EVENT(label), EVENT(camera), EVENT(node), EVENT(pts_ns), EVENT(arrival_ns), EVENT(wall_ns), EVENT(score),
	EVENT(peak), EVENT(boxes), EVENT(picture), EVENT(json)}};
LAST(cam_event, json);

#define PLUGIN(member) END(cam_plugin, member)
const struct abi_layout abi_plugin = {sizeof(struct cam_plugin), 0, {
	PLUGIN(replay), PLUGIN(ended), PLUGIN(operations), PLUGIN(refused), PLUGIN(gone),
	PLUGIN(shm_bytes), PLUGIN(reload), PLUGIN(topics), PLUGIN(hears), PLUGIN(event)}};
LAST(cam_plugin, event);
/* clang-format on */

/* How long the elements of tables were in each minor version; 0: there were none. */
static const struct elements {
	size_t opt, value, stat, route, operation, topic;
} elements[] = {
	[0] = {SIZE_UP_TO(cam_opt, help), SIZE_UP_TO(cam_enum, help), SIZE_UP_TO(cam_stat, help),
		SIZE_UP_TO(cam_route, handle), 0, 0},
	[1] = {SIZE_UP_TO(cam_opt, help), SIZE_UP_TO(cam_enum, help), SIZE_UP_TO(cam_stat, help),
		SIZE_UP_TO(cam_route, handle), SIZE_UP_TO(cam_operation, json), 0},
	[2] = {SIZE_UP_TO(cam_opt, help), SIZE_UP_TO(cam_enum, help), SIZE_UP_TO(cam_stat, help),
		SIZE_UP_TO(cam_route, handle), SIZE_UP_TO(cam_operation, json), 0},
	[3] = {SIZE_UP_TO(cam_opt, help), SIZE_UP_TO(cam_enum, help), SIZE_UP_TO(cam_stat, help),
		SIZE_UP_TO(cam_route, body_max), SIZE_UP_TO(cam_operation, json),
		SIZE_UP_TO(cam_topic, json)},
};
_Static_assert(sizeof(elements) / sizeof(elements[0]) == CAM_ABI_MINOR + 1, "each minor version has its row");
/* The newest row is of today's structs: when one of these grows, the rows before keep their last member. */
LAST(cam_opt, help);
LAST(cam_enum, help);
LAST(cam_stat, help);
LAST(cam_route, body_max);
LAST(cam_operation, json);
LAST(cam_topic, json);

int abi_read(const struct abi_layout *l, void *ret, const void *from, uint32_t size)
{
	size_t n = 0;

	if (!size)
		size = l->size_of_1_0;
	for (const uint32_t *end = l->ends; *end && *end <= size; end++)
		n = *end;
	if (!n)
		return -EINVAL;
	memcpy(ret, from, n);
	memset((char *)ret + n, 0, l->room - n);
	return 0;
}

static bool is_end(const char *element)
{
	const void *first;

	memcpy(&first, element, sizeof(first));
	return !first;
}

int abi_table(struct arena *a, const void *from, size_t stride, size_t size, const void **ret)
{
	size_t n = 0;
	char *copy;

	*ret = NULL;
	if (!from || !stride)
		return 0;
	while (n < ABI_MAX_ELEMENTS && !is_end((const char *)from + n * stride))
		n++;
	if (n == ABI_MAX_ELEMENTS)
		return -E2BIG;
	copy = arena_alloc(a, (n + 1) * size);
	if (!copy)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		memcpy(copy + i * size, (const char *)from + i * stride, stride < size ? stride : size);
	*ret = copy;
	return 0;
}

/* What routes take that were written before they could say so. */
static void give_rights(const struct cam_route *routes)
{
	/* The table is a copy of ours, though its readers see it as const. */
	for (struct cam_route *r = (struct cam_route *)(uintptr_t)routes; r && r->method; r++)
		r->right = !strcmp(r->method, "GET") ? CAM_PLAYBACK : CAM_CONTROL;
}

/* The names of each option's values. */
static int copy_values(struct arena *a, const struct cam_opt *options, size_t stride)
{
	int err = 0;

	/* The table is a copy of ours, though its readers see it as const. */
	for (struct cam_opt *o = (struct cam_opt *)(uintptr_t)options; o && o->name && !err; o++) {
		const void *values = NULL;

		if (o->type == CAM_ENUM)
			err = abi_table(a, o->values, stride, sizeof(struct cam_enum), &values);
		o->values = values;
	}
	return err;
}

const char *abi_tables(struct arena *a, struct cam_plugin *p)
{
	const struct elements *was = &elements[abi_minor(p)];
	const void *options = NULL, *stats = NULL, *routes = NULL, *operations = NULL, *topics = NULL;
	int err = abi_table(a, p->options, was->opt, sizeof(struct cam_opt), &options);

	if (!err)
		err = copy_values(a, options, was->value);
	if (!err)
		err = abi_table(a, p->stats, was->stat, sizeof(struct cam_stat), &stats);
	if (!err)
		err = abi_table(a, p->routes, was->route, sizeof(struct cam_route), &routes);
	if (!err)
		err = abi_table(a, p->operations, was->operation, sizeof(struct cam_operation), &operations);
	if (!err)
		err = abi_table(a, p->topics, was->topic, sizeof(struct cam_topic), &topics);
	if (err)
		return err == -E2BIG ? "has a table without an empty element at its end"
				     : "cannot be used: out of memory";
	p->options = options;
	p->stats = stats;
	p->routes = routes;
	p->operations = operations;
	p->topics = topics;
	if (abi_minor(p) < 3)
		give_rights(routes);
	return NULL;
}
