/* SPDX-License-Identifier: MIT */
/* Structs and tables of plugins that were built against shorter and longer headers; see doc/adr/0018-abi-growth.md. */
#include "core/plugin/abi.h"
#include "core/media/buf.h"
#include "core/plugin/host.h"

#include "tests/check.h"

#include <errno.h>

enum { ROOM = 512, MARK = 0x5A };

/* ---- structs ---- */

/* @return how much of a struct of that size is read */
static size_t whole_members(const struct abi_layout *l, uint32_t size)
{
	size_t n = 0;

	for (const uint32_t *end = l->ends; *end && *end <= size; end++)
		n = *end;
	return n;
}

static void read_at_each_size(const struct abi_layout *l)
{
	unsigned char from[ROOM], to[ROOM];

	CHECK(l->room + 64 < ROOM);
	memset(from, 1, sizeof(from));
	for (uint32_t size = 1; size < l->room + 64; size++) {
		size_t n = whole_members(l, size);

		memset(to, MARK, sizeof(to));
		CHECK_INT(abi_read(l, to, from, size), n ? 0 : -EINVAL);
		for (size_t i = 0; i < ROOM; i++)
			CHECK_INT(to[i], !n || i >= l->room ? MARK : i < n ? 1 : 0);
	}
}

TEST(a_struct_of_any_size_is_read_up_to_its_last_whole_member)
{
	read_at_each_size(&abi_want);
	read_at_each_size(&abi_caps);
	read_at_each_size(&abi_buf);
	read_at_each_size(&abi_request);
	read_at_each_size(&abi_reply);
	read_at_each_size(&abi_plugin);
}

TEST(members_end_where_the_layouts_say)
{
	const struct abi_layout *all[] = {
		&abi_want, &abi_caps, &abi_buf, &abi_request, &abi_reply, &abi_plugin};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		uint32_t last = 0;

		for (const uint32_t *end = all[i]->ends; *end; end++) {
			CHECK(*end > last);
			last = *end;
		}
		CHECK_INT(last, all[i]->room);
	}
}

TEST(a_wish_that_ended_before_a_member_has_none)
{
	struct cam_want want = {.form = CAM_JPEG, .width = 640, .quality = 80, .since_ns = 1, .batch_ns = 5},
			read;

	want.into = (uint8_t * (*)(void *, struct cam_sub *, size_t)) & abort;
	CHECK_INT(abi_read(&abi_want, &read, &want, offsetof(struct cam_want, into)), 0);
	CHECK(read.form == CAM_JPEG && read.width == 640 && read.quality == 80 && read.batch_ns == 5);
	CHECK(!read.into && !read.user && !read.from_ns);
	/* A pointer of which half is there would be one to nowhere. */
	CHECK_INT(abi_read(&abi_want, &read, &want, offsetof(struct cam_want, into) + 4), 0);
	CHECK(!read.into);
	CHECK_INT(abi_read(&abi_want, &read, &want, offsetof(struct cam_want, height)), 0);
	CHECK(read.width == 640 && !read.quality);
	CHECK_INT(abi_read(&abi_want, &read, &want, 0), -EINVAL);
}

/* ---- what the host makes of them ---- */

TEST(caps_of_any_size_make_caps_of_ours)
{
	static const uint8_t extra[] = {1, 2, 3};
	struct {
		struct cam_caps caps;
		uint64_t more[4];
	} like = {{.form = CAM_PACKET,
			  .media = CAM_VIDEO,
			  .codec = CAM_H264,
			  .width = 64,
			  .height = 48,
			  .extradata = extra,
			  .extradata_len = 3},
		{~0ull, ~0ull, ~0ull, ~0ull}};
	const struct {
		uint32_t size, width, height;
		size_t extra;
	} cases[] = {{0, 64, 48, 3}, {sizeof(like), 64, 48, 3}, {sizeof(like.caps), 64, 48, 3},
		{offsetof(struct cam_caps, extradata_len), 64, 48, 0},
		{offsetof(struct cam_caps, height), 64, 0, 0}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct cam_caps *made;

		like.caps.size = cases[i].size;
		made = node_host.caps_new(&like.caps);
		CHECK(made);
		CHECK_INT(made->size, sizeof(*made));
		CHECK_INT(made->codec, CAM_H264);
		CHECK_INT(made->width, cases[i].width);
		CHECK_INT(made->height, cases[i].height);
		CHECK_INT(made->extradata_len, cases[i].extra);
		node_host.caps_unref(made);
	}
	like.caps.size = offsetof(struct cam_caps, codec);
	CHECK(!node_host.caps_new(&like.caps));
}

TEST(buffers_of_any_size_make_buffers_of_ours)
{
	const struct cam_caps of = {.form = CAM_PACKET, .media = CAM_VIDEO, .codec = CAM_H264};
	const struct cam_caps *caps = node_host.caps_new(&of);
	struct {
		struct cam_buf buf;
		uint64_t more[4];
	} like = {{.flags = CAM_KEY,
			  .n_planes = 1,
			  .pts_ns = 7,
			  .caps = caps,
			  .plane = {{(const uint8_t *)"abc", 3, 0}, {(const uint8_t *)"de", 2, 0}}},
		{~0ull, ~0ull, ~0ull, ~0ull}};
	const uint32_t sizes[] = {
		0, sizeof(like), sizeof(like.buf), offsetof(struct cam_buf, plane[1]), sizeof(like.buf) - 1};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct cam_buf *made;

		like.buf.size = sizes[i];
		made = node_host.buf_new(&like.buf, NULL, NULL);
		CHECK(made);
		CHECK_INT(made->size, sizeof(*made));
		CHECK_INT(made->pts_ns, 7);
		CHECK(made->caps == caps && made->plane[0].len == 3 &&
			!memcmp(made->plane[0].data, "abc", 3));
		node_host.buf_unref(made);
	}
	like.buf.size = offsetof(struct cam_buf, plane[0]) + 8;
	CHECK(!node_host.buf_new(&like.buf, NULL, NULL));
	like.buf.n_planes = 2;
	like.buf.size = offsetof(struct cam_buf, plane[1]) + 8;
	CHECK(!node_host.buf_new(&like.buf, NULL, NULL));
	like.buf.n_planes = 5;
	like.buf.size = sizeof(like.buf);
	CHECK(!node_host.buf_new(&like.buf, NULL, NULL));
	node_host.caps_unref(caps);
}

static void on_reply(void *arg, struct cam_reply *reply)
{
	*(int *)arg = reply->status;
}

TEST(a_request_without_a_path_is_answered)
{
	const struct cam_request short_one = {.size = offsetof(struct cam_request, path), .method = "GET"},
				 empty = {.size = sizeof(empty), .method = "GET"};
	int status = 0;

	node_host.request(NULL, &short_one, on_reply, &status);
	CHECK_INT(status, 400);
	status = 0;
	node_host.request(NULL, &empty, on_reply, &status);
	CHECK_INT(status, 400);
}

TEST(the_host_has_no_holes)
{
	const char *first = (const char *)&node_host.name, *last = (const char *)&node_host.user;

	for (const char *at = first; at <= last; at += sizeof(void (*)(void))) {
		void (*fn)(void);

		memcpy(&fn, at, sizeof(fn));
		CHECK(fn);
	}
}

/* ---- tables ---- */

/* Today's element, one of an older header, and one of a newer one. */
struct element {
	const char *name;
	uint64_t first, second;
};

struct short_element {
	const char *name;
	uint64_t first;
};

struct long_element {
	const char *name;
	uint64_t first, second, third;
};

TEST(a_table_of_short_elements_is_copied_with_zeros)
{
	static const struct short_element table[] = {{"a", 1}, {"b", 2}, {"c", 3}, {NULL, 9}};
	const void *copy;
	const struct element *e;
	struct arena a = {0};

	CHECK_INT(abi_table(&a, table, sizeof(table[0]), sizeof(*e), &copy), 0);
	e = copy;
	for (uint64_t i = 0; i < 3; i++)
		CHECK(!strcmp(e[i].name, table[i].name) && e[i].first == i + 1 && e[i].second == 0);
	CHECK(!e[3].name && !e[3].first && !e[3].second);
	arena_free(&a);
}

TEST(a_table_of_long_elements_is_cut)
{
	static const struct long_element table[] = {{"a", 1, 10, ~0ull}, {"b", 2, 20, ~0ull}, {0}};
	const void *copy;
	const struct element *e;
	struct arena a = {0};

	CHECK_INT(abi_table(&a, table, sizeof(table[0]), sizeof(*e), &copy), 0);
	e = copy;
	for (uint64_t i = 0; i < 2; i++)
		CHECK(!strcmp(e[i].name, table[i].name) && e[i].first == i + 1 &&
			e[i].second == 10 * (i + 1));
	CHECK(!e[2].name);
	arena_free(&a);
}

TEST(a_table_that_is_not_there_is_none_and_one_without_an_end_is_refused)
{
	static struct element endless[ABI_MAX_ELEMENTS + 1];
	const void *copy = &copy;
	struct arena a = {0};

	CHECK_INT(abi_table(&a, NULL, 8, 8, &copy), 0);
	CHECK(!copy);
	CHECK_INT(abi_table(&a, endless, 0, 8, &copy), 0);
	CHECK(!copy);
	for (size_t i = 0; i < ABI_MAX_ELEMENTS; i++)
		endless[i].name = "x";
	CHECK_INT(abi_table(&a, endless, sizeof(endless[0]), 8, &copy), -E2BIG);
	endless[ABI_MAX_ELEMENTS - 1].name = NULL;
	CHECK_INT(abi_table(&a, endless, sizeof(endless[0]), sizeof(endless[0]), &copy), 0);
	CHECK(copy);
	arena_free(&a);
}

static int handle(void *self, const struct cam_request *request, struct cam_reply *reply)
{
	(void)self;
	(void)request;
	(void)reply;
	return 0;
}

TEST(a_descriptor_has_copies_of_its_tables_with_their_values)
{
	static const struct cam_enum modes[] = {{"on", 1, "On."}, {"off", 2, "Off."}, {0}};
	static const struct cam_opt options[] = {
		{"mode", CAM_ENUM, CAM_HIDDEN, 8, "on", 0, 0, NULL, modes, "A mode."},
		{"rate", CAM_FLOAT, 0, 16, "1.5", 1, 2, "Hz", modes, "Not an enum, whatever it says."}, {0}};
	static const struct cam_stat stats[] = {{"n", CAM_GAUGE, "A number."}, {0}};
	static const struct cam_route routes[] = {
		{"GET", "/a/*", "A.", handle, CAM_VIEW, 10}, {"POST", "/b", "B.", NULL, CAM_OPEN, 0}, {0}};
	/* As up to ABI 1.2. */
	static const struct {
		const char *method, *pattern, *help;
		int (*handle)(void *, const struct cam_request *, struct cam_reply *);
	} old_routes[] = {{"GET", "/a/*", "A.", handle}, {"POST", "/b", "B.", NULL}, {0}};
	static const struct cam_operation operations[] = {{"/a/{x}", "\"responses\": {}"}, {0}};

	for (uint32_t minor = 0; minor <= CAM_ABI_MINOR; minor++) {
		struct cam_plugin p = {.abi = CAM_ABI_MAJOR << 16 | minor,
			.options = options,
			.stats = stats,
			.routes = minor < 3 ? (const struct cam_route *)(const void *)old_routes : routes,
			.operations = operations};
		struct arena a = {0};

		CHECK(!abi_tables(&a, &p));
		CHECK(p.options != options && p.stats != stats && p.routes != routes);
		CHECK(p.options[0].values != modes && !p.options[1].values && !p.options[2].name);
		CHECK_STR(p.options[0].values[1].help, "Off.");
		CHECK(!p.options[0].values[2].name && p.options[1].max == 2 && p.options[0].offset == 8);
		CHECK(p.stats[0].kind == CAM_GAUGE && p.routes[0].handle == handle && !p.routes[2].method);
		CHECK_INT(p.routes[0].right, minor < 3 ? CAM_PLAYBACK : CAM_VIEW);
		CHECK_INT(p.routes[1].right, minor < 3 ? CAM_CONTROL : CAM_OPEN);
		CHECK_INT(p.routes[0].body_max, minor < 3 ? 0 : 10);
		/* Version 1.0 knew no operations. */
		CHECK(minor ? !strcmp(p.operations[0].path, "/a/{x}") : !p.operations);
		arena_free(&a);
	}
}

TEST(a_descriptor_without_an_end_of_a_table_is_refused_with_a_sentence)
{
	static struct cam_opt endless[ABI_MAX_ELEMENTS + 1];
	struct cam_plugin p = {.abi = CAM_ABI, .options = endless};
	struct arena a = {0};

	for (size_t i = 0; i <= ABI_MAX_ELEMENTS; i++)
		endless[i].name = "x";
	CHECK_STR(abi_tables(&a, &p), "has a table without an empty element at its end");
	CHECK(p.options == endless);
	arena_free(&a);
}

RUN_TESTS(T(a_struct_of_any_size_is_read_up_to_its_last_whole_member), T(members_end_where_the_layouts_say),
	T(a_wish_that_ended_before_a_member_has_none), T(caps_of_any_size_make_caps_of_ours),
	T(buffers_of_any_size_make_buffers_of_ours), T(a_request_without_a_path_is_answered),
	T(the_host_has_no_holes), T(a_table_of_short_elements_is_copied_with_zeros),
	T(a_table_of_long_elements_is_cut),
	T(a_table_that_is_not_there_is_none_and_one_without_an_end_is_refused),
	T(a_descriptor_has_copies_of_its_tables_with_their_values),
	T(a_descriptor_without_an_end_of_a_table_is_refused_with_a_sentence))
