/* SPDX-License-Identifier: MIT */
/* Requests that a node answers: at once, later, in pieces; each is answered once, whatever happens to the node. */
#include "core/plugin/handling.h"

#include "core/plugin/cam_node.h"
#include "core/plugin/stream.h"
#include "core/plugin/who.h"
#include "tests/check.h"
#include "tests/unit/node_world.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { MANY = 256 };

/* ---- the plugin ---- */

/* What a node does; its configuration points here. */
struct script {
	const struct cam_host *host;
	struct cam_node *node;
	const struct cam_request *later[MANY + 1]; /* that wait for an answer */
	atomic_int n_later, asked, released, pieces, agains, destroyed;
	int give; /* pieces before the end of a stream; -1: no end */
	atomic_bool has_nothing; /* more() says CAM_AGAIN */
	bool answers_in_destroy, asks_in_destroy, holds;
	char seen[64];
};

static void on_release(struct cam_reply *reply)
{
	((struct script *)reply->arg)->released++;
}

static struct cam_reply text_reply(struct script *s, const char *text)
{
	return (struct cam_reply){.size = sizeof(struct cam_reply),
		.data = text,
		.len = strlen(text),
		.release = on_release,
		.arg = s};
}

static int64_t more(void *arg, void *to, size_t room)
{
	struct script *s = arg;

	CHECK(room >= 4096);
	if (atomic_load(&s->has_nothing)) {
		s->agains++;
		return CAM_AGAIN;
	}
	if (s->give >= 0 && s->pieces == s->give)
		return 0;
	memcpy(to, "piece", 5);
	s->pieces++;
	return 5;
}

static int stream_reply(struct script *s, struct cam_reply *reply, bool has_release)
{
	reply->more = more;
	reply->release = has_release ? on_release : NULL;
	reply->arg = s;
	return 0;
}

static int handle(void *self, const struct cam_request *r, struct cam_reply *reply)
{
	struct script *s = self;
	struct cam_reply own;
	const char *what = r->tail;

	CHECK(reply->fd == -1 && reply->status == 200 && r->who);
	snprintf(s->seen, sizeof(s->seen), "%s %s %s", r->tail, r->camera, who_name(r->who));
	s->asked++;
	if (!strcmp(what, "fail"))
		return -EIO;
	if (!strcmp(what, "stream") || !strcmp(what, "bare"))
		return stream_reply(s, reply, *what == 's');
	if (!strcmp(what, "file")) {
		reply->fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
		reply->fd_len = 4;
		return 0;
	}
	if (!strcmp(what, "later")) {
		s->later[s->n_later] = r;
		s->n_later++;
		return CAM_LATER;
	}
	*reply = text_reply(s, "from handle");
	reply->status = 201;
	reply->fd = -1;
	if (!strcmp(what, "now"))
		return 0;
	own = text_reply(s, "from answer");
	s->host->answer(s->node, r, &own);
	return !strcmp(what, "early") ? CAM_LATER : 0;
}

static int create(struct cam_node *node, const struct cam_host *host, const void *config, void **ret)
{
	struct script *s = *(struct script *const *)config;

	s->host = host;
	s->node = node;
	*ret = s;
	return 0;
}

static void stop(void *self)
{
	struct script *s = self;

	if (!s->holds)
		s->host->state(s->node, CAM_STOPPED);
}

static void ask(const char *tail);

static void destroy(void *self)
{
	struct script *s = self;
	struct cam_reply own = text_reply(s, "too late");

	for (int i = 0; s->answers_in_destroy && i < s->n_later; i++)
		s->host->answer(s->node, s->later[i], &own);
	if (s->asks_in_destroy)
		ask("now");
	s->destroyed++;
}

static const struct cam_route routes[] = {{"GET", "/t/*", "Whatever.", handle, CAM_VIEW, 0}, {0}};

#define COMMON(p)                                                                                            \
	.abi = CAM_ABI, .size = sizeof(struct cam_plugin), .kind = CAM_SINK, .place = p, .name = "answers",  \
	.version = "1", .summary = "Made up.", .config_size = sizeof(void *), .routes = routes,              \
	.create = create, .destroy = destroy, .stop = stop
static const struct cam_plugin on_loop = {COMMON(CAM_ON_LOOP)}, on_cpu = {COMMON(CAM_ON_CPU)};

/* ---- who asks ---- */

static struct world w;
static struct script script, *self_ = &script;

static struct answer {
	int status;
	char text[64];
	struct cam_stream *stream;
} answers[MANY + 2];
static int n_answers;
static int64_t pieces[64];
static int n_pieces;

static void on_started(void *arg, struct cam_node *node, int err)
{
	(void)node;
	((struct world *)arg)->started += !err;
}

static void turn(void)
{
	uv_run(&w.loop.uv, UV_RUN_NOWAIT);
}
#define TURN_UNTIL(cond)                                                                                     \
	while (!(cond))                                                                                      \
	turn()

static void begin(const struct cam_plugin *plugin)
{
	memset(&script, 0, sizeof(script));
	memset(answers, 0, sizeof(answers));
	n_answers = n_pieces = 0;
	world_set_up(&w);
	w.node.started = on_started;
	world_add(&w, 0, plugin, &self_);
	node_start(w.nodes[0]);
	TURN_UNTIL(w.started == 1);
}

static void end(void)
{
	world_stop(&w);
	world_run(&w, 20000);
}

static void on_reply(void *arg, struct cam_reply *reply)
{
	struct answer *a = &answers[n_answers++];

	CHECK(arg == &w);
	a->status = reply->status;
	a->stream = reply->stream;
	snprintf(a->text, sizeof(a->text), "%.*s", reply->fd >= 0 || reply->stream ? 0 : (int)reply->len,
		(const char *)reply->data);
	if (reply->file)
		snprintf(a->text, sizeof(a->text), "a file of %lld", (long long)reply->fd_len);
	if (!reply->stream)
		handling_drop_reply(reply);
}

static void ask(const char *tail)
{
	const struct cam_request asked = {
		.size = sizeof(asked), .method = "GET", .path = "/t/x", .who = who_new("ann", false, 1)};
	const struct handling_route route = {&routes[0], tail, "front"};
	struct request *request = request_new(&asked);

	handling_begin(w.nodes[0], &route, request, on_reply, &w);
	request_unref(request);
	who_unref(asked.who);
}

static const struct answer *ask_and_wait(const char *tail)
{
	int n = n_answers;

	ask(tail);
	TURN_UNTIL(n_answers > n);
	return &answers[n];
}

static void on_piece(void *arg, const void *data, int64_t n)
{
	CHECK(arg == &w && (n != 5 || !memcmp(data, "piece", 5)));
	pieces[n_pieces++] = n;
}

static int64_t read_piece(const struct answer *a)
{
	int n = n_pieces;

	stream_read(a->stream, on_piece, &w);
	TURN_UNTIL(n_pieces > n);
	return pieces[n];
}

static void answer_first(const char *text)
{
	struct cam_reply own = text_reply(&script, text);

	script.host->answer(script.node, script.later[0], &own);
}

/* ---- at once ---- */

TEST(a_node_answers_at_once)
{
	begin(&on_cpu);
	CHECK_STR(ask_and_wait("now")->text, "from handle");
	CHECK_INT(answers[0].status, 201);
	CHECK_STR(script.seen, "now front ann");
	CHECK_INT(script.released, 1);
	CHECK_INT(ask_and_wait("fail")->status, 500);
	CHECK_STR(ask_and_wait("file")->text, "a file of 4");
	end();
	CHECK_INT(atomic_load(&script.asked), 3);
}

/* ---- later ---- */

TEST(an_answer_may_come_before_handle_returns)
{
	begin(&on_cpu);
	CHECK_STR(ask_and_wait("early")->text, "from answer");
	CHECK_INT(answers[0].status, 200);
	CHECK_INT(script.released, 1);
	end();
	CHECK_INT(n_answers, 1);
}

TEST(who_answers_twice_in_handle_is_heard_once)
{
	begin(&on_cpu);
	CHECK_STR(ask_and_wait("both")->text, "from answer");
	end();
	CHECK_INT(n_answers, 1);
	CHECK_INT(script.released, 2);
}

TEST(an_answer_may_come_later)
{
	for (int i = 0; i < 2; i++) {
		begin(i ? &on_loop : &on_cpu);
		ask("later");
		TURN_UNTIL(script.n_later == 1);
		for (int k = 0; k < 20; k++)
			turn();
		CHECK_INT(n_answers, 0);
		CHECK_STR(script.later[0]->tail, "later"); /* it stays valid until then */
		answer_first("late");
		TURN_UNTIL(n_answers == 1);
		CHECK_STR(answers[0].text, "late");
		CHECK_INT(answers[0].status, 200);
		answer_first("again");
		CHECK_INT(script.released, 2); /* what nobody gets is released */
		end();
		CHECK_INT(n_answers, 1);
	}
}

static void *answer_elsewhere(void *arg)
{
	answer_first("elsewhere");
	return arg;
}

TEST(an_answer_may_come_from_any_thread)
{
	pthread_t thread;

	begin(&on_cpu);
	ask("later");
	TURN_UNTIL(script.n_later == 1);
	CHECK_INT(pthread_create(&thread, NULL, answer_elsewhere, NULL), 0);
	TURN_UNTIL(n_answers == 1);
	pthread_join(thread, NULL);
	CHECK_STR(answers[0].text, "elsewhere");
	end();
}

TEST(what_a_node_has_not_answered_when_it_fails_the_server_does)
{
	begin(&on_cpu);
	script.answers_in_destroy = true;
	ask("later");
	ask("later");
	TURN_UNTIL(script.n_later == 2);
	script.host->fail(script.node, -EIO);
	TURN_UNTIL(script.destroyed == 1);
	CHECK_INT(n_answers, 2);
	CHECK_INT(answers[0].status, 503);
	CHECK(strstr(answers[1].text, "not running"));
	CHECK_INT(script.released, 2); /* answers that came too late */
	CHECK_INT(ask_and_wait("now")->status, 503);
	script.n_later = 0;
	end();
	CHECK_INT(n_answers, 3);
}

TEST(what_is_on_its_way_to_a_node_that_ends_does_not_get_there)
{
	begin(&on_loop);
	world_stop(&w);
	ask("now");
	world_run(&w, 20000);
	CHECK(n_answers == 1 && (answers[0].status == 503 || script.asked == 1));
}

TEST(an_answer_that_comes_when_the_pools_have_ended_is_one)
{
	begin(&on_cpu);
	script.asks_in_destroy = true;
	ask("later");
	TURN_UNTIL(script.n_later == 1);
	end();
	CHECK(n_answers == 2 && answers[0].status == 503 && answers[1].status == 503);
}

TEST(so_many_wait_and_no_more)
{
	begin(&on_loop);
	for (int i = 0; i < MANY; i++)
		ask("later");
	TURN_UNTIL(script.n_later == MANY);
	CHECK_INT(n_answers, 0);
	ask("now");
	CHECK(n_answers == 1 && answers[0].status == 503 &&
		strstr(answers[0].text, "too many requests wait"));
	answer_first("one");
	TURN_UNTIL(n_answers == 2);
	CHECK_STR(ask_and_wait("now")->text, "from handle");
	end(); /* the others are answered by the server */
	CHECK_INT(n_answers, MANY + 2);
	CHECK_INT(answers[MANY + 1].status, 503);
}

/* ---- in pieces ---- */

TEST(a_body_comes_in_pieces)
{
	begin(&on_cpu);
	script.give = 2;
	CHECK(ask_and_wait("stream")->stream);
	CHECK_INT(read_piece(answers), 5);
	CHECK_INT(read_piece(answers), 5);
	CHECK_INT(read_piece(answers), 0);
	CHECK_INT(script.released, 0);
	handling_drop_reply(&(struct cam_reply){.stream = answers[0].stream});
	TURN_UNTIL(script.released == 1);
	end();
	CHECK_INT(script.released, 1);
}

TEST(pieces_may_come_later_too)
{
	struct cam_reply own = {.size = sizeof(own), .more = more, .release = on_release, .arg = &script};

	begin(&on_cpu);
	script.give = -1;
	script.has_nothing = true;
	ask("later");
	TURN_UNTIL(script.n_later == 1);
	script.host->ready(script.node, script.later[0]); /* nobody reads yet */
	script.host->answer(script.node, script.later[0], &own);
	TURN_UNTIL(n_answers == 1);
	stream_read(answers[0].stream, on_piece, &w);
	TURN_UNTIL(script.agains);
	script.has_nothing = false;
	script.host->ready(script.node, script.later[0]);
	TURN_UNTIL(n_pieces == 1);
	CHECK_INT(pieces[0], 5);
	stream_close(answers[0].stream);
	TURN_UNTIL(script.released == 1);
	script.host->ready(script.node, script.later[0]); /* it is not there any more */
	end();
}

TEST(pieces_without_a_release_function_are_refused)
{
	begin(&on_cpu);
	CHECK_INT(ask_and_wait("bare")->status, 503);
	end();
	CHECK_INT(script.pieces, 0);
}

TEST(a_stream_ends_with_its_node)
{
	for (int i = 0; i < 2; i++) {
		begin(i ? &on_loop : &on_cpu);
		script.give = -1;
		ask_and_wait("stream");
		ask_and_wait("stream");
		CHECK_INT(read_piece(&answers[0]), 5);
		script.has_nothing = true;
		stream_read(answers[0].stream, on_piece, &w);
		TURN_UNTIL(script.agains);
		script.host->fail(script.node, -EIO);
		TURN_UNTIL(script.destroyed == 1 && n_pieces == 2);
		CHECK_INT(pieces[1], -EPIPE); /* the one that waited */
		CHECK_INT(script.released, 2);
		CHECK_INT(read_piece(&answers[1]), -EPIPE);
		stream_close(answers[0].stream);
		stream_close(answers[1].stream);
		end();
		CHECK_INT(script.released, 2);
	}
}

TEST(no_piece_is_made_once_a_node_is_to_stop)
{
	begin(&on_cpu);
	script.give = -1;
	script.holds = true;
	ask_and_wait("stream");
	node_stop(w.nodes[0]);
	CHECK_INT(read_piece(answers), -EPIPE);
	CHECK_INT(script.pieces, 0);
	script.host->state(script.node, CAM_STOPPED);
	TURN_UNTIL(script.destroyed);
	stream_close(answers[0].stream);
	world_run(&w, 20000);
}

/* A reader who pulls all the time while the node fails. */
static void pull_on(void *arg, const void *data, int64_t n)
{
	(void)data;
	pieces[0] = n;
	if (n > 0)
		stream_read(arg, pull_on, arg);
}

TEST(a_node_fails_while_a_stream_is_read)
{
	for (int i = 0; i < 30; i++) {
		begin(&on_cpu);
		script.give = -1;
		ask_and_wait("stream");
		stream_read(answers[0].stream, pull_on, answers[0].stream);
		TURN_UNTIL(script.pieces > i);
		script.host->fail(script.node, -EIO);
		TURN_UNTIL(pieces[0] < 0);
		CHECK_INT(pieces[0], -EPIPE);
		stream_close(answers[0].stream);
		TURN_UNTIL(script.destroyed);
		end();
		CHECK_INT(script.released, 1);
	}
}

RUN_TESTS(T(a_node_answers_at_once), T(an_answer_may_come_before_handle_returns),
	T(who_answers_twice_in_handle_is_heard_once), T(an_answer_may_come_later),
	T(an_answer_may_come_from_any_thread), T(what_a_node_has_not_answered_when_it_fails_the_server_does),
	T(what_is_on_its_way_to_a_node_that_ends_does_not_get_there),
	T(an_answer_that_comes_when_the_pools_have_ended_is_one), T(so_many_wait_and_no_more),
	T(a_body_comes_in_pieces), T(pieces_may_come_later_too),
	T(pieces_without_a_release_function_are_refused), T(a_stream_ends_with_its_node),
	T(no_piece_is_made_once_a_node_is_to_stop), T(a_node_fails_while_a_stream_is_read))
