/* SPDX-License-Identifier: MIT */
#include "core/config/option/format.h"
#include "core/config/option/option.h"
#include "core/config/tree/report.h"
#include "core/config/words/nearest.h"
#include "tests/check.h"

#include <errno.h>

struct conf {
	int64_t number;
	double real;
	bool flag;
	const char *text;
};

static const struct cam_opt time_option = {.name = "t", .type = CAM_TIME}, size_option = {.type = CAM_SIZE},
			    int_option = {.type = CAM_INT},
			    float_option = {.type = CAM_FLOAT, .offset = offsetof(struct conf, real)},
			    bool_option = {.type = CAM_BOOL, .offset = offsetof(struct conf, flag)},
			    text_option = {.type = CAM_STRING, .offset = offsetof(struct conf, text)};

/* @return whether text is taken, and then what it is written as again */
static const char *canon(const struct cam_opt *o, const char *text)
{
	static char buf[100];
	struct conf c = {0};
	struct text out = {0};
	char why[OPTION_WHY] = "";

	if (option_set(o, text, &c, why)) {
		CHECK(*why);
		return "refused";
	}
	option_format(o, &c, &out);
	snprintf(buf, sizeof(buf), "%s", text_str(&out));
	text_free(&out);
	return buf;
}

static int64_t number(const struct cam_opt *o, const char *text)
{
	struct conf c = {0};
	char why[OPTION_WHY];

	CHECK_INT(option_set(o, text, &c, why), 0);
	return c.number;
}

TEST(times_carry_units)
{
	CHECK_INT(number(&time_option, "10s"), 10 * CAM_SECOND);
	CHECK_INT(number(&time_option, "10"), 10 * CAM_SECOND);
	CHECK_INT(number(&time_option, "5m"), 300 * CAM_SECOND);
	CHECK_INT(number(&time_option, "250ms"), CAM_SECOND / 4);
	CHECK_INT(number(&time_option, "1h"), 3600 * CAM_SECOND);
	CHECK_INT(number(&time_option, "0.5 s"), CAM_SECOND / 2);
	CHECK_INT(number(&time_option, "7ns"), 7);
	CHECK_INT(number(&time_option, "1.5us"), 1500);
	CHECK_INT(number(&time_option, "106751d"), INT64_C(106751) * 86400 * CAM_SECOND);
	CHECK_INT(number(&time_option, "0"), 0);
}

TEST(times_are_written_in_the_largest_whole_unit)
{
	static const char *const cases[][2] = {{"300", "5m"}, {"90s", "90s"}, {"86400s", "1d"}, {"0ms", "0s"},
		{"1500ms", "1500ms"}, {"0.001ms", "1us"}, {"1ns", "1ns"}, {"36e5", "refused"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK_STR(canon(&time_option, cases[i][0]), cases[i][1]);
}

TEST(sizes_carry_units)
{
	CHECK_INT(number(&size_option, "64K"), 65536);
	CHECK_INT(number(&size_option, "50G"), INT64_C(50) << 30);
	CHECK_INT(number(&size_option, "1000"), 1000);
	CHECK_INT(number(&size_option, "1.5M"), 3 << 19);
	CHECK_INT(number(&size_option, "10%"), -10);
	CHECK_INT(number(&size_option, "100%"), -100);
	CHECK_STR(canon(&size_option, "2048K"), "2M");
	CHECK_STR(canon(&size_option, "0"), "0");
	CHECK_STR(canon(&size_option, "10%"), "10%");
}

TEST(what_is_no_value_is_refused)
{
	static const char *const times[] = {"", "s", "-1s", "+1s", "1 0s", "1x", "1s ", " 1s", "1.s", ".5s",
		"1.5.5s", "106752d", "9999999999999999999", "1e3s", "0x1s", "1S", "1,5s"};
	static const char *const sizes[] = {
		"", "K", "1KB", "1k", "0%", "101%", "%", "1.5%", "-1", "9999999T"};
	static const char *const ints[] = {
		"", "-", "--1", "1.0", "1e3", "0x1", "1 ", " 1", "9223372036854775808"};
	static const char *const floats[] = {"", "nan", "inf", "0x1p3", "1e999", "1..2", "1,5", "e", "+"};
	static const char *const bools[] = {"", "yes", "on", "1", "TRUE", "truee"};

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		CHECK_STR(canon(&time_option, times[i]), "refused");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		CHECK_STR(canon(&size_option, sizes[i]), "refused");
	for (size_t i = 0; i < sizeof(ints) / sizeof(ints[0]); i++)
		CHECK_STR(canon(&int_option, ints[i]), "refused");
	for (size_t i = 0; i < sizeof(floats) / sizeof(floats[0]); i++)
		CHECK_STR(canon(&float_option, floats[i]), "refused");
	for (size_t i = 0; i < sizeof(bools) / sizeof(bools[0]); i++)
		CHECK_STR(canon(&bool_option, bools[i]), "refused");
}

TEST(plain_values_are_taken)
{
	CHECK_STR(canon(&int_option, "-42"), "-42");
	CHECK_STR(canon(&float_option, "29.97"), "29.97");
	CHECK_STR(canon(&float_option, "1e-3"), "0.001");
	CHECK_STR(canon(&float_option, "0.1"), "0.1");
	CHECK_STR(canon(&bool_option, "true"), "true");
	CHECK_STR(canon(&bool_option, "false"), "false");
	CHECK_STR(canon(&text_option, ""), "");
	CHECK_STR(canon(&text_option, "anything"), "anything");
}

TEST(a_refused_value_leaves_the_configuration_untouched)
{
	const struct cam_opt ranged = {.type = CAM_INT, .min = 1, .max = 5, .unit = "pixels"};
	struct conf c = {.number = 3};
	char why[OPTION_WHY];

	CHECK_INT(option_set(&ranged, "6", &c, why), -EINVAL);
	CHECK_STR(why, "\"6\" is not within 1 to 5 pixels");
	CHECK_INT(option_set(&ranged, "x", &c, why), -EINVAL);
	CHECK_INT(c.number, 3);
}

TEST(a_size_may_be_a_share_if_its_range_says_so)
{
	const struct cam_opt share = {.type = CAM_SIZE, .min = -100, .max = 1024},
			     bytes = {.type = CAM_SIZE, .max = 9};
	struct conf c = {0};
	char why[OPTION_WHY];

	CHECK_INT(option_set(&share, "10%", &c, why), 0);
	CHECK_INT(c.number, -10);
	CHECK_INT(option_set(&share, "2K", &c, why), -EINVAL);
	CHECK_STR(why, "\"2K\" is not within 0 to 1K or 1% to 100%");
	CHECK_INT(option_set(&bytes, "10%", &c, why), -EINVAL);
	CHECK_STR(why, "\"10%\" is not a size such as 64K, 10M or 50G");
}

TEST(secrets_and_addresses_are_not_repeated_in_reasons)
{
	const struct cam_opt secret = {.type = CAM_INT, .flags = CAM_SECRET};
	struct conf c = {0};
	char why[OPTION_WHY];

	CHECK_INT(option_set(&secret, "hunter2", &c, why), -EINVAL);
	CHECK_STR(why, "the value is not a whole number");
}

TEST(equal_values_are_equal_however_they_were_written)
{
	struct conf a = {0}, b = {0};
	char why[OPTION_WHY], text[] = "same";

	CHECK_INT(option_set(&time_option, "60s", &a, why), 0);
	CHECK_INT(option_set(&time_option, "1m", &b, why), 0);
	CHECK(option_equal(&time_option, &a, &b));
	b.number++;
	CHECK(!option_equal(&time_option, &a, &b));
	a.text = "same";
	b.text = text;
	CHECK(option_equal(&text_option, &a, &b));
	b.text = "other";
	CHECK(!option_equal(&text_option, &a, &b));
}

static const char *masked(const char *url)
{
	static char buf[200];
	struct text out = {0};

	option_mask_url(url, &out);
	snprintf(buf, sizeof(buf), "%s", text_str(&out));
	text_free(&out);
	return buf;
}

TEST(passwords_in_addresses_are_masked)
{
	CHECK_STR(masked("rtsp://h:554/a"), "rtsp://h:554/a");
	CHECK_STR(masked("rtsp://u@h:554/a"), "rtsp://u@h:554/a");
	CHECK_STR(masked("rtsp://u:p@h:554/a"), "rtsp://u:********@h:554/a");
	CHECK_STR(masked("rtsp://u:p@ss/w@rd@h/a"), "rtsp://u:********@h/a");
	CHECK_STR(masked("u:p@h"), "u:********@h");
	CHECK_STR(masked("rtsp://h/a?user=u&password=p&x=1"), "rtsp://h/a?user=u&password=********&x=1");
	CHECK_STR(masked("rtsp://h/user=u_password=p_channel=1"), "rtsp://h/user=u_password=********");
	CHECK_STR(masked("http://h/?Token=abc#x"), "http://h/?Token=********");
	CHECK_STR(masked(""), "");
}

static const char *nearest(const char *want)
{
	static struct nearest n;

	nearest_init(&n, want);
	nearest_try(&n, "url");
	nearest_try(&n, "directory");
	nearest_try(&n, "segment");
	return n.best;
}

TEST(the_nearest_name_is_near)
{
	CHECK_STR(nearest("urll"), "url");
	CHECK_STR(nearest("ulr"), "url");
	CHECK_STR(nearest("Segment"), "segment");
	CHECK_STR(nearest("directroy"), "directory");
	CHECK_STR(nearest("quality"), "");
	CHECK_STR(nearest(""), "");
	CHECK_STR(nearest("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
		"");
}

RUN_TESTS(T(times_carry_units), T(times_are_written_in_the_largest_whole_unit), T(sizes_carry_units),
	T(what_is_no_value_is_refused), T(plain_values_are_taken),
	T(a_refused_value_leaves_the_configuration_untouched), T(a_size_may_be_a_share_if_its_range_says_so),
	T(secrets_and_addresses_are_not_repeated_in_reasons),
	T(equal_values_are_equal_however_they_were_written), T(passwords_in_addresses_are_masked),
	T(the_nearest_name_is_near))
