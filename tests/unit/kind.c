/* SPDX-License-Identifier: MIT */
#include "core/base/kind.h"

#include "tests/check.h"

TEST(each_kind_has_a_name_of_its_own)
{
	for (uint32_t a = CAM_SOURCE; a <= KIND_LAST; a++)
		for (uint32_t b = 0; b < a; b++)
			CHECK(strcmp(kind_name(a), kind_name(b)) != 0);
	CHECK_STR(kind_name(CAM_DETECTOR), "detector");
	CHECK_STR(kind_name(CAM_LISTENER), "listener");
	CHECK_STR(kind_name(0), "plugin");
	CHECK_STR(kind_name(KIND_LAST + 1), "plugin");
	CHECK_STR(kind_name(UINT32_MAX), "plugin");
}

TEST(sinks_and_listeners_have_sections_and_the_others_are_stages)
{
	for (uint32_t kind = CAM_SOURCE; kind <= KIND_LAST; kind++) {
		bool beside = kind == CAM_SINK || kind == CAM_LISTENER;

		CHECK(!!kind_section(kind) == beside);
		CHECK(!beside || kind_of_section(kind_section(kind)) == kind);
	}
	CHECK_INT(kind_of_section("listeners"), CAM_LISTENER);
	CHECK_INT(kind_of_section("cameras"), 0);
	CHECK(!kind_section(0) && !kind_section(UINT32_MAX));
}

RUN_TESTS(T(each_kind_has_a_name_of_its_own), T(sinks_and_listeners_have_sections_and_the_others_are_stages))
