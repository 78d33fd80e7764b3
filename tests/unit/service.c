/* SPDX-License-Identifier: MIT */
/* What a supervisor is told of a graph, and whether its watchdog is fed. Linked with --wrap=clock_gettime. */
#include "core/supervise/service.h"
#include "lib/clock.h"
#include "tests/check.h"
#include "tests/unit/graph_world.h"

#include <stddef.h>
#include <unistd.h>

static struct graph_world w;
static struct service s;
static int supervisor = -1;

static void close_service(struct graph_world *world)
{
	(void)world;
	service_close(&s);
}

/* @param watchdog its microseconds, NULL: none */
static void set_up(const char *watchdog, const char *yaml)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	char name[64];

	graph_world_set_up(&w);
	snprintf(name, sizeof(name), "@cam_server-service-%d", getpid());
	memcpy(to.sun_path + 1, name + 1, strlen(name) - 1);
	supervisor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	CHECK_INT(bind(supervisor, (const struct sockaddr *)&to,
			  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
		0);
	setenv("NOTIFY_SOCKET", name, 1);
	if (watchdog)
		setenv("WATCHDOG_USEC", watchdog, 1);
	service_init(&s, &w.loop, &w.graph);
	w.on_close = close_service;
	CHECK_INT(graph_world_load(&w, yaml), 0);
	graph_world_settle(&w);
}

static void tear_down(void)
{
	graph_world_tear_down(&w);
	close(supervisor);
}

/* @return the next message, "" without one */
static const char *message(void)
{
	static char text[600];
	ssize_t n = recv(supervisor, text, sizeof(text) - 1, 0);

	text[n < 0 ? 0 : n] = '\0';
	return text;
}

/* @return how many messages of this text there are now; all are taken */
static int count(const char *text)
{
	int n = 0;

	for (const char *m = message(); *m; m = message())
		n += !strcmp(m, text);
	return n;
}

static void publish(int n)
{
	while (n--)
		graph_actor_publish("a.source", true);
	graph_world_settle(&w);
}

TEST(a_supervisor_is_told_of_its_server_s_life)
{
	set_up(NULL, "cameras: {a: {source: {plugin: src}}, b: {source: {plugin: src}}}\n");
	service_ready(&s);
	CHECK_STR(message(), "READY=1");
	CHECK_STR(message(), "STATUS=0 of 2 cameras live");
	service_look(&s, 0); /* nothing new */
	service_look(&s, 1);
	CHECK_STR(message(), "STATUS=1 of 2 cameras live");
	service_reloading(&s);
	CHECK(strstr(message(), "RELOADING=1\nMONOTONIC_USEC="));
	service_ready(&s);
	CHECK_STR(message(), "READY=1");
	CHECK_STR(message(), "STATUS=0 of 2 cameras live");
	service_stopping(&s);
	CHECK_STR(message(), "STOPPING=1\nSTATUS=finishing files");
	CHECK_STR(message(), "");
	tear_down();
}

TEST(the_one_camera_is_no_cameras)
{
	set_up(NULL, "cameras: {a: {source: {plugin: src}}}\n");
	publish(20);
	service_ready(&s);
	CHECK_STR(message(), "READY=1");
	CHECK_STR(message(), "STATUS=1 of 1 camera live");
	tear_down();
}

TEST(a_watchdog_is_fed_twice_in_its_time)
{
	set_up("20000", "cameras: {a: {source: {plugin: src}}}\n");
	CHECK_INT(count("WATCHDOG=1"), 0);
	service_ready(&s);
	for (int fed = 0; fed < 3; fed += count("WATCHDOG=1"))
		graph_world_turn(&w);
	service_stopping(&s);
	(void)count("");
	for (int i = 0; i < 40; i++)
		graph_world_turn(&w);
	CHECK_INT(count("WATCHDOG=1"), 0);
	tear_down();
}

TEST(without_a_watchdog_nothing_is_fed)
{
	set_up(NULL, "cameras: {a: {source: {plugin: src}}}\n");
	service_ready(&s);
	graph_world_settle(&w);
	CHECK_INT(count("WATCHDOG=1"), 0);
	tear_down();
}

static void run_for(int turns)
{
	while (turns--)
		graph_world_turn(&w);
}

TEST(a_live_source_that_publishes_nothing_starves_it)
{
	set_up("2000", "cameras: {a: {source: {plugin: src, stall_timeout: 5s}}}\n");
	publish(20);
	service_ready(&s);
	run_for(10);
	graph_ahead_ns += 4 * CLOCK_SECOND;
	run_for(10);
	CHECK(count("WATCHDOG=1") > 2);
	graph_ahead_ns += 2 * CLOCK_SECOND;
	run_for(10);
	(void)count("");
	run_for(20);
	CHECK_INT(count("WATCHDOG=1"), 0);
	CHECK(strstr(graph_world_log(&w), "error a: its source says that it is live and publishes nothing"));
	CHECK(!strstr(graph_world_log(&w), "hangs")); /* once */
	publish(1);
	run_for(20);
	CHECK(count("WATCHDOG=1") > 0);
	tear_down();
}

TEST(a_camera_that_is_off_starves_nothing)
{
	set_up("2000", "cameras: {a: {source: {plugin: src}}}\n"); /* never live */
	service_ready(&s);
	run_for(10);
	graph_ahead_ns += 100 * CLOCK_SECOND;
	run_for(10);
	(void)count("");
	run_for(20);
	CHECK(count("WATCHDOG=1") > 0);
	tear_down();
}

TEST(a_reload_begins_anew)
{
	set_up("2000", "cameras: {a: {source: {plugin: src}}}\n");
	publish(20);
	service_ready(&s);
	run_for(10);
	CHECK_INT(graph_world_load(&w, "cameras: {b: {source: {plugin: src}}, a: {source: {plugin: src}}}\n"),
		0);
	graph_ahead_ns += 100 * CLOCK_SECOND;
	run_for(10);
	(void)count("");
	run_for(20);
	CHECK(count("WATCHDOG=1") > 0); /* at another place it is another camera */
	tear_down();
}

TEST(a_name_that_is_none_is_warned_of)
{
	graph_world_set_up(&w);
	setenv("NOTIFY_SOCKET", "socket", 1);
	service_init(&s, &w.loop, &w.graph);
	w.on_close = close_service;
	CHECK(strstr(graph_world_log(&w), "NOTIFY_SOCKET cannot be used (Invalid argument)"));
	CHECK_INT(graph_world_load(&w, "cameras: {a: {source: {plugin: src}}}\n"), 0);
	service_ready(&s);
	graph_world_tear_down(&w);
}

RUN_TESTS(T(a_supervisor_is_told_of_its_server_s_life), T(the_one_camera_is_no_cameras),
	T(a_watchdog_is_fed_twice_in_its_time), T(without_a_watchdog_nothing_is_fed),
	T(a_live_source_that_publishes_nothing_starves_it), T(a_camera_that_is_off_starves_nothing),
	T(a_reload_begins_anew), T(a_name_that_is_none_is_warned_of))
