/* SPDX-License-Identifier: MIT */
/* A whole server with made-up plugins: signals, reloads, what its log and its exit code say. */
#include "core/app/server.h"
#include "tests/check.h"
#include "tests/unit/graph_world.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* What happens once the log has said something, in order. */
struct step {
	const char *when; /* NULL: no more steps */
	int signal; /* sent to the server; 0: none */
	const char *end; /* the node that may end; NULL: none */
};

static struct log log_;
static const struct step *steps;
static const char *next_yaml; /* NULL: the next configuration is wrong */

static const char *read_log(void)
{
	static _Thread_local char text[32768];
	ssize_t n = pread(log_.fd, text, sizeof(text) - 1, 0);

	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static void *take_steps(void *arg)
{
	size_t seen = 0;

	for (const struct step *s = steps; s->when; s++) {
		const char *at = NULL;

		for (int i = 0; i < 20000 && !(at = strstr(read_log() + seen, s->when)); i++)
			poll(NULL, 0, 1);
		if (!at) {
			printf("Bail out! the log does not say \"%s\"\n", s->when);
			abort();
		}
		seen = (size_t)(at - read_log()) + strlen(s->when);
		if (s->end)
			graph_actor_end(s->end);
		if (s->signal)
			kill(getpid(), s->signal);
	}
	return arg;
}

static int load_next(void *arg, struct config **ret, struct text *errors)
{
	(void)arg;
	if (!next_yaml) {
		text_add(errors, "test:1:1: this is wrong\ntest:2:1: so is this\n");
		return -EINVAL;
	}
	*ret = graph_config(next_yaml);
	return 0;
}

/* @param leaves the server leaves the process, and nobody waits for who takes the steps @return the exit code */
static int serve(const char *yaml, const struct step *what, bool leaves)
{
	struct server_setup setup = {&log_, graph_config(yaml), load_next, NULL};
	pthread_t thread;
	int code;

	log_init(&log_, log_.fd > 0 ? log_.fd : memfd_create("log", MFD_CLOEXEC), LOG_INFO);
	(void)graph_world_did();
	steps = what;
	CHECK_INT(pthread_create(&thread, NULL, take_steps, NULL), 0);
	if (leaves)
		pthread_detach(thread);
	code = server_run(&setup);
	if (!leaves)
		pthread_join(thread, NULL);
	return code;
}

static int run(const char *yaml, const struct step *what)
{
	return serve(yaml, what, false);
}

static void end(void)
{
	close(log_.fd);
	log_.fd = 0;
	CHECK(!graph_actors());
}

static bool has(const char *text)
{
	bool is = strstr(read_log(), text);

	if (!is)
		printf("# \"%s\" is not in:\n# %s\n", text, read_log());
	return is;
}

#define A "cameras: {a: {source: {plugin: src, fps: 50}, recorder: {plugin: rec}}}\n"
#define WEB "sinks: {web: {plugin: snk, asks: /readyz, of: a}}\n"

TEST(a_signal_ends_it_well)
{
	static const int signals[] = {SIGTERM, SIGINT};
	static const char *const words[] = {
		"SIGTERM: finishing files and leaving", "SIGINT: finishing files and leaving"};

	for (size_t i = 0; i < 2; i++) {
		CHECK_INT(run(A WEB, (struct step[]){{"up: 1 camera, 3 nodes", signals[i], NULL}, {0}}), 0);
		CHECK(has(words[i]));
		CHECK_STR(graph_world_did(), "start a.recorder, start web, start a.source, stop web, stop "
					     "a.source, free web, free "
					     "a.source, stop a.recorder, free a.recorder");
		end();
	}
}

TEST(a_camera_that_comes_up_is_told_of)
{
	CHECK_INT(run(A WEB, (struct step[]){{"a.source: live: H264 64x48", SIGTERM, NULL}, {0}}), 0);
	end();
}

TEST(another_signal_while_it_ends_changes_nothing)
{
	CHECK_INT(run("cameras: {a: {source: {plugin: src}, recorder: {plugin: rec, holds: true}}}\n",
			  (struct step[]){{"up: 1 camera", SIGTERM, NULL}, {"SIGTERM", SIGHUP, NULL},
				  {"SIGHUP", SIGTERM, NULL}, {"SIGTERM", 0, "a.recorder"}, {0}}),
		0);
	end();
}

TEST(a_reload_brings_what_is_new)
{
	next_yaml = A WEB
		"listeners: {ear: {plugin: lis}}\nserver: {log_level: debug, timezone: Europe/Berlin}\n";
	CHECK_INT(run(A WEB, (struct step[]){{"up: 1 camera, 3", SIGHUP, NULL},
				     {"up: 1 camera, 4", SIGTERM, NULL}, {0}}),
		0);
	CHECK(has("SIGHUP: reloading the configuration"));
	CHECK(has("server.core_dumps, server.cpu_threads, server.protect and server.timezone change with a "
		  "restart only"));
	CHECK_INT(atomic_load(&log_.level), LOG_DEBUG);
	CHECK(strstr(graph_world_did(), "start ear, stop ear") == NULL);
	end();
}

TEST(a_reload_that_can_be_taken_as_it_runs_restarts_nothing)
{
	next_yaml = "cameras: {a: {source: {plugin: src, fps: 50}, recorder: {plugin: rec, ease: 7}}}\n" WEB;
	CHECK_INT(run(A WEB, (struct step[]){{"up: 1 camera", SIGHUP, NULL}, {"up: 1 camera", SIGTERM, NULL},
				     {0}}),
		0);
	CHECK(strstr(graph_world_did(), "start a.source, reload a.recorder, stop"));
	end();
}

TEST(a_reload_changes_how_much_memory_packets_may_take)
{
	static const char metrics[] = A "sinks: {web: {plugin: snk, asks: /metrics}}\n";

	next_yaml = A "sinks: {web: {plugin: snk, asks: /metrics}}\nserver: {queue_memory: 3M}\n";
	CHECK_INT(run(metrics, (struct step[]){{"up: 1 camera", SIGHUP, NULL}, {"up: 1 camera", 0, NULL},
				       {"web: answered 200", SIGTERM, NULL}, {0}}),
		0);
	CHECK(strstr(graph_world_answer(), "cam_queue_memory_limit_bytes 3145728\n"));
	end();
}

TEST(a_reload_that_is_wrong_changes_nothing)
{
	next_yaml = NULL;
	CHECK_INT(run(A WEB, (struct step[]){{"up: 1 camera, 3", SIGHUP, NULL}, {"so is this", SIGTERM, NULL},
				     {0}}),
		0);
	CHECK(has("error the new configuration is wrong; the old one stays in force\n"));
	CHECK(has("error test:1:1: this is wrong\n"));
	CHECK(has("error test:2:1: so is this\n"));
	CHECK(!strstr(graph_world_did(), "reload"));
	end();
}

TEST(a_reload_during_a_reload_comes_after_it)
{
	next_yaml = "cameras: {b: {source: {plugin: src}}}\n";
	CHECK_INT(run("cameras: {a: {source: {plugin: src, holds: true}}}\n",
			  (struct step[]){{"up: 1 camera", SIGHUP, NULL}, {"SIGHUP", SIGHUP, NULL},
				  {"SIGHUP", 0, "a.source"}, {"up: 1 camera", 0, NULL},
				  {"up: 1 camera", SIGTERM, NULL}, {0}}),
		0);
	CHECK_STR(graph_world_did(), "start a.source, stop a.source, free a.source, start b.source, stop "
				     "b.source, free b.source");
	end();
}

TEST(a_sink_that_cannot_start_ends_it_and_names_the_place)
{
	CHECK_INT(run(A "sinks: {web: {plugin: snk, fails: start}}\n", (struct step[]){{0}}), 1);
	CHECK(has("error test:2:35: sinks.web.fails: it cannot start\n"));
	CHECK(!strstr(graph_world_did(), "a.source"));
	end();
}

TEST(what_is_lost_at_the_end_is_an_exit_code)
{
	CHECK_INT(run("cameras: {a: {source: {plugin: src}, recorder: {plugin: rec, fails: end}}}\n",
			  (struct step[]){{"up: 1 camera", SIGTERM, NULL}, {0}}),
		1);
	CHECK(has("error a.recorder: the disk is gone; what it still held is lost\n"));
	end();
}

TEST(warnings_of_the_configuration_are_logged)
{
	CHECK_INT(run("cameras: {a: {source: {plugin: src}, recorder: {plugin: stiff}}}\n",
			  (struct step[]){{"up: 1 camera", SIGTERM, NULL}, {0}}),
		0);
	end();
}

/* Of a minute: states that change in a storm are told at once, then ten times a second at most, the last one always. */
TEST(sinks_are_told_of_cameras)
{
	CHECK_INT(run(A "sinks: {web: {plugin: snk, asks: /readyz, holds: true}}\n",
			  (struct step[]){{"live: H264", SIGTERM, NULL}, {"SIGTERM", 0, "web"}, {0}}),
		0);
	end();
}

void __gcov_dump(void);
_Noreturn void __real__exit(int code);
_Noreturn void __wrap__exit(int code);
_Noreturn void __wrap__exit(int code)
{
#ifdef CAM_COVERAGE
	__gcov_dump();
#endif
	__real__exit(code);
}

/* Who hangs is left behind: in a process of its own, since that ends it. @return its exit code */
static int run_in_child(const char *yaml, const struct step *what)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	log_.fd = memfd_create("log", MFD_CLOEXEC);
	pid = fork();
	if (!pid)
		_exit(100 + serve(yaml, what, true));
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	return WEXITSTATUS(status);
}

TEST(a_recorder_that_hangs_is_left_behind_and_told_of)
{
	CHECK_INT(
		run_in_child("cameras: {a: {source: {plugin: src}, recorder: {plugin: rec, holds: true}}}\n",
			(struct step[]){{"up: 1 camera", SIGTERM, NULL}, {0}}),
		1);
	CHECK(has("error a.recorder: does not end; what it still held is lost\n"));
	end();
}

TEST(a_source_that_hangs_is_left_behind_and_nothing_is_lost)
{
	CHECK_INT(run_in_child("cameras: {a: {source: {plugin: src, holds: true}}}\n",
			  (struct step[]){{"up: 1 camera", SIGTERM, NULL}, {0}}),
		0);
	CHECK(has("warn a.source: does not end; leaving without it\n"));
	end();
}

TEST(a_disk_that_hangs_is_left_behind_too)
{
	CHECK_INT(
		run_in_child("cameras: {a: {source: {plugin: src}, recorder: {plugin: disk, holds: true}}}\n",
			(struct step[]){{"up: 1 camera", SIGTERM, NULL}, {0}}),
		1);
	CHECK(has("error a.recorder: does not end, because the disk under it does not answer; what it still "
		  "held is lost\n"));
	end();
}

RUN_TESTS(T(a_signal_ends_it_well), T(a_camera_that_comes_up_is_told_of),
	T(another_signal_while_it_ends_changes_nothing), T(a_reload_brings_what_is_new),
	T(a_reload_that_can_be_taken_as_it_runs_restarts_nothing),
	T(a_reload_changes_how_much_memory_packets_may_take), T(a_reload_that_is_wrong_changes_nothing),
	T(a_reload_during_a_reload_comes_after_it), T(a_sink_that_cannot_start_ends_it_and_names_the_place),
	T(what_is_lost_at_the_end_is_an_exit_code), T(warnings_of_the_configuration_are_logged),
	T(sinks_are_told_of_cameras), T(a_recorder_that_hangs_is_left_behind_and_told_of),
	T(a_source_that_hangs_is_left_behind_and_nothing_is_lost), T(a_disk_that_hangs_is_left_behind_too))
