/* SPDX-License-Identifier: MIT */
#include "lib/query.h"
#include "tests/check.h"

TEST(a_query_tells_its_values)
{
	char value[8];

	CHECK(query_value("camera=front", "camera", value, sizeof(value)));
	CHECK_STR(value, "front");
	CHECK(query_value("a=1&xcamera=y&camera=%66+b&camera=z", "camera", value, sizeof(value)));
	CHECK_STR(value, "f b");
	CHECK(query_value("camera=", "camera", value, sizeof(value)));
	CHECK_STR(value, "");
	CHECK(query_value("camera=%C3%bc&", "camera", value, sizeof(value)));
	CHECK_STR(value, "\u00fc");
	CHECK(query_value("&&camera=1234567", "camera", value, sizeof(value)));
	CHECK_STR(value, "1234567");
}

TEST(a_value_that_is_broken_or_too_long_is_none)
{
	static const char *const bad[] = {"", "camera", "cameras=1", "camera=%0", "camera=%", "camera=%00",
		"camera=%zz", "camera=%6", "camera=a%4&b=1", "camera=12345678", "Camera=a"};
	char value[8];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!query_value(bad[i], "camera", value, sizeof(value)));
}

TEST(a_name_is_there_whatever_its_value)
{
	CHECK(query_has("a=1&camera=%zz", "camera"));
	CHECK(query_has("camera=", "camera"));
	CHECK(!query_has("xcamera=1", "camera"));
	CHECK(!query_has("camera", "camera"));
}

TEST(numbers_are_whole_and_in_range)
{
	static const char *const bad[] = {"n=", "n=-1", "n=+1", "n=%2B1", "n=1.5", "n=1x", "n=x", "n=0x10",
		"n=11", "n=0", "n=99999999999999999999", "n=000000000000000000000000001", "n=%"};
	int64_t n = 7;

	CHECK_INT(query_number("a=1", "n", 1, 10, &n), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(query_number(bad[i], "n", 1, 10, &n), -1);
	CHECK_INT(n, 7);
	CHECK_INT(query_number("a=1&n=10", "n", 1, 10, &n), 1);
	CHECK_INT(n, 10);
	CHECK_INT(query_number("n=%31", "n", 1, 10, &n), 1);
	CHECK_INT(n, 1);
	CHECK_INT(query_number("n=9223372036854775807", "n", 0, INT64_MAX, &n), 1);
	CHECK(n == INT64_MAX);
}

RUN_TESTS(T(a_query_tells_its_values), T(a_value_that_is_broken_or_too_long_is_none),
	T(a_name_is_there_whatever_its_value), T(numbers_are_whole_and_in_range))
