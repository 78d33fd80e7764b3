/* SPDX-License-Identifier: MIT */
/* unit-stress [--seed N] [--seconds S]: lives of the server until the time is up; see stress.h. */
#include "tests/stress/stress.h"

#include "lib/clock.h"
#include "tests/check.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/random.h>
#include <unistd.h>

enum {
	SECONDS = 10,
	MINUTE = 60 /* long enough for everything but what is seldom to have been done */
};

struct stress stress;

/* Of sanitizers, where there is one. */
void __sanitizer_print_stack_trace(void) __attribute__((weak));
void __sanitizer_set_death_callback(void (*)(void)) __attribute__((weak));

const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void)
{
	return "print_stacktrace=1";
}

static const char *const deed_names[N_DEEDS] = {[DID_START] = "start",
	[DID_RUN] = "run",
	[DID_STOP] = "stop",
	[DID_TICK] = "tick",
	[DID_CHANGED] = "changed",
	[DID_POSTED] = "posted",
	[DID_HANDLE] = "handle",
	[DID_PACKET] = "packet",
	[DID_PICTURE] = "picture",
	[DID_JPEG] = "jpeg",
	[DID_INTO] = "into",
	[DID_ENDED] = "ended",
	[DID_GONE] = "gone",
	[DID_REFUSED] = "refused",
	[DID_REPLAY] = "replay",
	[DID_PUBLISH] = "publish",
	[DID_SUBSCRIBE] = "subscribe",
	[DID_UNSUBSCRIBE] = "unsubscribe",
	[DID_UNSUBSCRIBE_INSIDE] = "unsubscribe inside",
	[DID_LATER] = "later",
	[DID_RESUME] = "resume",
	[DID_FAIL] = "fail",
	[DID_RETURN_ERROR] = "error",
	[DID_REQUEST] = "request",
	[DID_FOREIGN] = "foreign",
	[DID_RELOAD] = "reload",
	[DID_TAKE_CONF] = "take_conf",
	[DID_RAISE] = "raise",
	[DID_HEAR] = "hear",
	[DID_MORE] = "more",
	[DID_READ] = "read",
	[DID_ANSWER] = "answer",
	[DID_ANSWER_LATER] = "answer later",
	[DID_ROUND] = "round"};

static unsigned long long n_deeds(void)
{
	unsigned long long n = 0;

	for (int i = 0; i < N_DEEDS; i++)
		n += atomic_load_explicit(&stress.deeds[i], memory_order_relaxed);
	return n;
}

void stress_print(void)
{
	printf("# seed %llu, round %u, %llu operations:", (unsigned long long)stress.seed, stress.round,
		n_deeds());
	for (int i = 0; i < N_DEEDS; i++)
		printf(" %s %llu%s", deed_names[i],
			(unsigned long long)atomic_load_explicit(&stress.deeds[i], memory_order_relaxed),
			i + 1 < N_DEEDS ? "," : "\n");
	fflush(stdout);
}

static void how_to_replay(void)
{
	char line[160];
	int n = snprintf(line, sizeof(line),
		"# stress: round %u, %llu operations; once more: unit-stress --seed %llu --seconds %u\n",
		stress.round, n_deeds(), (unsigned long long)stress.seed, stress.seconds);

	(void)!write(STDERR_FILENO, line, (size_t)n);
}

void stress_fail(const char *fmt, ...)
{
	va_list ap;

	fputs("# stress: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	if (__sanitizer_print_stack_trace)
		__sanitizer_print_stack_trace();
	abort();
}

static void on_signal(int number)
{
	how_to_replay();
	if (number == SIGALRM)
		(void)!write(STDERR_FILENO, "# stress: the loop hangs\n", 25);
	signal(number == SIGALRM ? SIGABRT : number, SIG_DFL);
	raise(number == SIGALRM ? SIGABRT : number);
}

TEST(plugins_of_all_kinds_and_places_leave_nothing_behind)
{
	int64_t until = clock_mono_ns() + (int64_t)stress.seconds * CLOCK_SECOND;
	struct rnd rnd = {stress.seed};

	foreign_begin();
	source_clips_make();
	while (clock_mono_ns() < until)
		round_run(&rnd, (int64_t)rnd_below(&rnd, 2000) * CLOCK_MS);
	source_clips_free();
	foreign_end();
	alarm(0);
	stress_print();
	CHECK(atomic_load(&stress.deeds[DID_ROUND]) > 0);
	for (int i = 0; i < N_DEEDS && stress.seconds >= MINUTE; i++)
		CHECK(atomic_load(&stress.deeds[i]) > 0 || i == DID_GONE || i == DID_REFUSED);
}

static void read_arguments(int argc, char **argv)
{
	const char *seconds = getenv("CAM_STRESS_SECONDS"), *seed = getenv("CAM_STRESS_SEED");

	if (getrandom(&stress.seed, sizeof(stress.seed), 0) != sizeof(stress.seed))
		stress.seed = (uint64_t)clock_wall_ns();
	stress.seed >>= 32;
	for (int i = 1; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--seed"))
			seed = argv[i + 1];
		else if (!strcmp(argv[i], "--seconds"))
			seconds = argv[i + 1];
	}
	if (seed)
		stress.seed = strtoull(seed, NULL, 10);
	stress.seconds = seconds ? (unsigned)strtoul(seconds, NULL, 10) : SECONDS;
}

/* libuv opens a pipe for signals with its first loop and keeps it. */
static void warm_up(void)
{
	uv_loop_t loop;

	uv_loop_init(&loop);
	uv_loop_close(&loop);
}

int main(int argc, char **argv)
{
	static const struct check_test tests[] = {T(plugins_of_all_kinds_and_places_leave_nothing_behind)};
	static const int signals[] = {SIGABRT, SIGALRM, SIGSEGV, SIGBUS};

	read_arguments(argc, argv);
	printf("# unit-stress --seed %llu --seconds %u\n", (unsigned long long)stress.seed, stress.seconds);
	fflush(stdout);
	warm_up();
	for (int i = 0; i < (__sanitizer_set_death_callback ? 2 : 4); i++)
		signal(signals[i], on_signal);
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(how_to_replay);
	return check_run(tests, 1);
}
