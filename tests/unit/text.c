/* SPDX-License-Identifier: MIT */
#include "lib/text.h"
#include "tests/check.h"

#include <cam/file_name.h>
#include <string.h>

TEST(passwords_in_urls_become_stars_and_all_else_stays)
{
	static const char *const cases[][2] = {
		{"", ""},
		{"no URL: here, user:word@host", "no URL: here, user:word@host"},
		{"rtsp://admin:secret-word@h/1", "rtsp://admin:********@h/1"},
		{"is \"rtsp://admin:pw@h:554/1\", twice http://a:b@c",
			"is \"rtsp://admin:**@h:554/1\", twice http://a:*@c"},
		{"rtsp://admin:sec/ret@wo:rd@h/1", "rtsp://admin:********@h/1"},
		{"rtsp://a:p@[::1]:554/1", "rtsp://a:*@[::1]:554/1"},
		{"rtsp://a@[::1]:554/1", "rtsp://a@[::1]:554/1"},
		{"\"rtsp://admin:secr\"...", "\"rtsp://admin:****\"..."},
		{"\"rtsp://admin:12secr\"...", "\"rtsp://admin:******\"..."},
		{"rtsp://:secret@h/", "rtsp://:******@h/"},
		{"http://127.0.0.1:5000/ http://[::]:5000/ http://h:80",
			"http://127.0.0.1:5000/ http://[::]:5000/ http://h:80"},
		{"rtsp://HOST[:PORT]/PATH http://h/a:b :// ://:",
			"rtsp://HOST[:PORT]/PATH http://h/a:b :// ://:"},
		{"rtsp://a:@h/", "rtsp://a:@h/"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *s = strdup(cases[i][0]);

		text_hide_logins(s);
		CHECK_STR(s, cases[i][1]);
		free(s);
	}
}

TEST(names_of_files_are_safe_and_old_ones_stay)
{
	static const char *const cases[][2] = {{"front", "front"}, {"camera_001", "camera_001"}, {"", ""},
		{"A-z.9", "A-z.9"}, {".hidden", "%2Ehidden"}, {"Front Door", "Front%20Door"},
		{"100%", "100%25"}, {"%20", "%2520"}, {"Haust\u00fcr", "Haust%C3%BCr"}, {"a/b", "a%2Fb"},
		{"~", "%7E"}, {"..", "%2E."}};
	char name[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CHECK_INT(cam_file_name(cases[i][0], name, sizeof(name)), strlen(cases[i][1]));
		CHECK_STR(name, cases[i][1]);
	}
	CHECK_INT(cam_file_name("a b", name, 4), 5);
	CHECK_STR(name, "a%2");
	CHECK_INT(cam_file_name("a b", NULL, 0), 5);
}

RUN_TESTS(T(passwords_in_urls_become_stars_and_all_else_stays), T(names_of_files_are_safe_and_old_ones_stay))
