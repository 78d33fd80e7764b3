/* SPDX-License-Identifier: MIT */
/* A request as long as somebody works on it, and who asks. */
#include "core/plugin/request.h"

#include "core/plugin/who.h"
#include "tests/check.h"

TEST(a_copy_is_whole_and_its_own)
{
	char method[] = "POST", path[] = "/a/b", query[] = "x=1", body[] = "{\"a\":1}", name[] = "accept",
	     value[] = "*/*";
	const struct cam_header headers[] = {{name, value}, {"x-empty", NULL}, {0}};
	const struct cam_who *who = who_new("ann", false, 7);
	const struct cam_request asked = {.size = sizeof(asked),
		.method = method,
		.path = path,
		.query = query,
		.tail = "forged",
		.camera = "forged",
		.body = body,
		.body_len = 7,
		.headers = headers,
		.peer = "::1",
		.who = who};
	struct request *copy = request_new(&asked);

	method[0] = path[1] = query[0] = body[0] = name[0] = value[0] = '!';
	who_unref(who);
	CHECK_STR(copy->asked.method, "POST");
	CHECK_STR(copy->asked.path, "/a/b");
	CHECK_STR(copy->asked.query, "x=1");
	CHECK_STR(copy->asked.peer, "::1");
	CHECK_STR(copy->asked.tail, "");
	CHECK_STR(copy->asked.camera, "");
	CHECK(!memcmp(copy->asked.body, "{\"a\":1}", 7) && copy->asked.body_len == 7);
	CHECK_STR(request_header(&copy->asked, "accept"), "*/*");
	CHECK_STR(request_header(&copy->asked, "x-empty"), "");
	CHECK(request_header(&copy->asked, "cookie") == NULL);
	CHECK_STR(who_name(copy->asked.who), "ann");
	CHECK(request_ref(copy) == copy);
	request_unref(copy);
	request_unref(copy);
	request_unref(NULL);
}

TEST(what_is_not_there_is_empty)
{
	const struct cam_request asked = {
		.size = sizeof(asked), .method = "GET", .path = "/", .body = "", .body_len = 0};
	struct request *copy = request_new(&asked);

	CHECK_STR(copy->asked.query, "");
	CHECK_STR(copy->asked.peer, "");
	CHECK(!copy->asked.body && !copy->asked.body_len && !copy->asked.who);
	CHECK(copy->asked.headers && !copy->asked.headers[0].name && !copy->harmless[0].name);
	request_unref(copy);
}

TEST(what_logins_need_is_not_handed_on)
{
	const struct cam_header headers[] = {{"authorization", "Basic eA=="}, {"accept", "a"},
		{"cookie", "id=1"}, {"proxy-authorization", "x"}, {"accept", "b"}, {0}};
	const struct cam_request asked = {
		.size = sizeof(asked), .method = "GET", .path = "/", .headers = headers};
	struct request *copy = request_new(&asked);

	CHECK_STR(request_header(&copy->asked, "authorization"), "Basic eA==");
	CHECK_STR(request_header(&copy->asked, "accept"), "a"); /* the first of several */
	CHECK_STR(copy->harmless[0].value, "a");
	CHECK_STR(copy->harmless[1].value, "b");
	CHECK(!copy->harmless[2].name);
	request_unref(copy);
}

TEST(so_many_headers_are_read)
{
	static struct cam_header headers[REQUEST_MAX_HEADERS + 9];
	const struct cam_request asked = {
		.size = sizeof(asked), .method = "GET", .path = "/", .headers = headers};
	struct request *copy;
	size_t n = 0;

	for (size_t i = 0; i < REQUEST_MAX_HEADERS + 8; i++)
		headers[i] = (struct cam_header){"a", "b"};
	copy = request_new(&asked);
	while (copy->asked.headers[n].name)
		n++;
	CHECK_INT(n, REQUEST_MAX_HEADERS);
	CHECK(copy->harmless[n - 1].name && !copy->harmless[n].name);
	request_unref(copy);
}

TEST(who_asks_is_counted)
{
	const struct cam_who *who = who_new("", true, 0);

	CHECK(who_ref(who) == who && who_ref(NULL) == NULL);
	who_unref(who);
	CHECK(who_is_local(who) && !who_login(who) && !*who_name(who));
	who_unref(who);
	who_unref(NULL);
}

RUN_TESTS(T(a_copy_is_whole_and_its_own), T(what_is_not_there_is_empty), T(what_logins_need_is_not_handed_on),
	T(so_many_headers_are_read), T(who_asks_is_counted))
