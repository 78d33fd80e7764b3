/* SPDX-License-Identifier: MIT */
/* What a configuration takes of /dev/shm. */
#include "core/app/shm.h"
#include "tests/check.h"

#include <stdint.h>
#include <sys/statvfs.h>

static uint64_t as_configured(const void *config)
{
	return *(const uint64_t *)config;
}

static const struct cam_plugin ring = {.kind = CAM_BUFFER, .name = "ring", .shm_bytes = as_configured};
static const struct cam_plugin other = {.kind = CAM_SINK, .name = "other"};
static uint64_t bytes[3];
static struct config_node nodes[] = {{.name = "web", .plugin = &other},
	{.name = "front.buffer", .plugin = &ring, .config = &bytes[0]},
	{.name = "yard.buffer", .plugin = &ring, .config = &bytes[1]},
	{.name = "gate.buffer", .plugin = &ring, .config = &bytes[2]}};
static struct config config = {.nodes = nodes, .n_nodes = 4};

static void take(uint64_t a, uint64_t b, uint64_t c)
{
	bytes[0] = a;
	bytes[1] = b;
	bytes[2] = c;
}

TEST(all_rings_are_added_up_to_whole_mib)
{
	take(0, 0, 0);
	CHECK_INT(shm_wanted(&config), 0);
	take(1, 0, 0);
	CHECK_INT(shm_wanted(&config), 2 << 20);
	take(10 << 20, 20 << 20, (5 << 20) + 1);
	CHECK_INT(shm_wanted(&config), 37 << 20);
	take(UINT64_MAX, 2, 3);
	CHECK(shm_wanted(&config) > INT64_MAX);
	take(UINT64_MAX - 1, 0, 0);
	CHECK(shm_wanted(&config) > INT64_MAX);
}

static void judged(struct text *out)
{
	text_free(out);
	shm_judge(&config, "/", out);
	CHECK(!out->failed);
}

TEST(one_sentence_names_one_size_when_there_is_less)
{
	struct text out = {0};
	char size[64];
	struct statvfs fs;
	uint64_t all;

	CHECK(!statvfs("/", &fs) && fs.f_blocks);
	all = (uint64_t)fs.f_blocks * fs.f_frsize;
	take(all / 4, all / 4, 0);
	judged(&out);
	CHECK_STR(text_str(&out), "");
	take(all, 0, 0);
	judged(&out);
	snprintf(size, sizeof(size), "front.buffer needs %llu MiB",
		(unsigned long long)shm_wanted(&config) >> 20);
	CHECK(strstr(text_str(&out), size));
	take(all, all, 0);
	judged(&out);
	CHECK(strstr(text_str(&out), "front.buffer and 1 more need "));
	take(0, all, all);
	judged(&out);
	CHECK(strstr(text_str(&out), "yard.buffer and 1 more need "));
	snprintf(size, sizeof(size), "docker run --shm-size=%llum",
		(unsigned long long)shm_wanted(&config) >> 20);
	CHECK(strstr(text_str(&out), size));
	CHECK(strchr(text_str(&out), '\n') == text_str(&out) + out.len - 1);
	text_free(&out);
	shm_judge(&config, "/not/there", &out);
	CHECK_STR(text_str(&out), "");
}

RUN_TESTS(T(all_rings_are_added_up_to_whole_mib), T(one_sentence_names_one_size_when_there_is_less))
