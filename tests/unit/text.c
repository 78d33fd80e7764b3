/* SPDX-License-Identifier: MIT */
#include "core/base/text.h"
#include "tests/check.h"

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

RUN_TESTS(T(passwords_in_urls_become_stars_and_all_else_stays))
