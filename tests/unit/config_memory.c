/* SPDX-License-Identifier: MIT */
/* Every allocation of a load fails once, and from there on: a clean -ENOMEM, nothing leaked. */
#include "config_fakes.h"
#include "core/config/load.h"
#include "core/config/show/print.h"
#include "tests/check.h"

#include <errno.h>
#include <malloc.h>

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && defined(__GLIBC__)
#define INTERPOSE 1
#endif

#ifdef INTERPOSE
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
extern void __libc_free(void *);

static long countdown = -1; /* allocations until one fails; below 0: none does */
static bool once, failed; /* only that one fails; one has failed */
static long in_use;

static bool fails(void)
{
	if (countdown < 0)
		return false;
	if (countdown > 0) {
		countdown--;
		return false;
	}
	failed = true;
	if (once)
		countdown = -1;
	return true;
}

void *malloc(size_t n)
{
	void *p = fails() ? NULL : __libc_malloc(n);

	in_use += !!p;
	return p;
}

void *calloc(size_t a, size_t b)
{
	void *p = fails() ? NULL : __libc_calloc(a, b);

	in_use += !!p;
	return p;
}

void *realloc(void *old, size_t n)
{
	void *p = fails() ? NULL : __libc_realloc(old, n);

	in_use += !old && p;
	return p;
}

void free(void *p)
{
	in_use -= !!p;
	__libc_free(p);
}

static const char *const good = "defaults: {source: {plugin: rtsp_in, url: \"${U}\"}}\n"
				"cameras: {a: {b: {plugin: mem_ring, name: x}}, c: }\n"
				"sinks: {web: {plugin: ws_view, from: [a, \"*\"]}}\n";
static const char *const people =
	"cameras: {a: {source: {plugin: test_in}}}\n"
	"users: {anna: {hash: '$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7',\n"
	"  role: view, cameras: [a, \"*\"], since: 7d}}\n"
	"listeners: {l: {plugin: web_hook, url: x, on: [moton, object.*], min_score: 0.5}}\n";
static const char *const bad =
	"cameras: {a: {source: {plugin: rtsp_in, urll: x, user: [1], timeout: 9h}, b: 5}}\n"
	"users: {anna: {password: a,b: c, role: vew}, b: 5}\n"
	"listeners: {l: {plugin: web_hook, url: x, on: [Motion], min_score: 2}}\n";

/* @return whether the load was over before an allocation failed */
static bool load_with(const char *yaml, long n, bool only_one)
{
	char variable[] = "U=rtsp://h/1", set[] = "cameras.a.source.timeout=1s", *env[] = {variable, NULL};
	const char *const sets[] = {set, NULL};
	struct config_input in = {
		.text = yaml, .text_name = "t.yaml", .environ = env, .sets = sets, .plugins = fake_plugins};
	struct config *c = NULL;
	struct text errors = {0}, out = {0};
	long before = in_use;
	bool over;
	int err;

	once = only_one;
	failed = false;
	countdown = n;
	err = config_load(&in, &c, &errors);
	CHECK(!failed || err);
	if (!err)
		config_print(c, &out);
	over = !failed;
	countdown = -1;
	CHECK(!err == !!c);
	CHECK(over || err == -ENOMEM || err == -EINVAL || out.failed);
	CHECK(!err || errors.len || errors.failed);
	config_free(c);
	text_free(&errors);
	text_free(&out);
	CHECK_INT(in_use, before);
	return over;
}

TEST(a_load_survives_each_failing_allocation)
{
	const char *const yamls[] = {"cameras: {a: {source: {plugin: test_in}}}", good, people, bad};

	for (size_t k = 0; k < sizeof(yamls) / sizeof(yamls[0]); k++) {
		for (int only_one = 0; only_one < 2; only_one++) {
			long n = 0;

			while (!load_with(yamls[k], n, only_one) && n < 10000)
				n++;
			CHECK(n > 5 && n < 10000);
		}
	}
}
#else
TEST(a_load_survives_each_failing_allocation)
{
	printf("# needs an allocator that can be replaced\n");
}
#endif

RUN_TESTS(T(a_load_survives_each_failing_allocation))
