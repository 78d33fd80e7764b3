/* SPDX-License-Identifier: MIT */
/* What is told of an address that is none, as people type them. */
#include "plugins/rtsp_in/dialogue/url.h"
#include "tests/check.h"

#include <errno.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

TEST(a_url_that_is_none_is_told_what_to_write)
{
	static const struct {
		const char *url, *told;
	} cases[] = {
		{"http://192.0.2.10/", "page is not its stream; write rtsp://HOST:554/PATH"},
		{"HTTPS://admin:secret@192.0.2.10/", "page is not its stream"},
		{"onvif://192.0.2.10", "write the RTSP address"},
		{"rtmp://192.0.2.10/live", "is not an RTSP address; write rtsp://"},
		{"192.0.2.10:554/stream", "write rtsp:// in front of it"},
		{"admin:secret@192.0.2.10", "write rtsp:// in front of it"},
		{"/dev/video0", "a path of this machine"},
		{"rtsp:192.0.2.10/s", "a colon and two slashes"},
		{"rtsp:/192.0.2.10/s", "a colon and two slashes"},
		{"rtsp://rtsp://192.0.2.10/s", "twice"},
		{"rstp://192.0.2.10/s", "did you mean rtsp://"},
		{"rtps://192.0.2.10/s", "did you mean rtsp://"},
		{"rtsp://192.0.2.10/s#1", "write %23"},
		{"rtsp://good.example\\@192.0.2.10/s", "backslash"},
		{"rtsp:///s", "names no host"},
		{"rtsp://192.0.2.10:0/s", "1 to 65535"},
		{"rtsp://192.0.2.10:65536/s", "1 to 65535"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cam_why why = {NULL, ""};

		CHECK_INT(url_check(cases[i].url, "", "", &why), -EINVAL);
		CHECK_STR(why.option, "url");
		CHECK(strstr(why.text, cases[i].told) && !strstr(why.text, "secret"));
	}
}

RUN_TESTS(T(a_url_that_is_none_is_told_what_to_write))
