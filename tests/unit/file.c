/* SPDX-License-Identifier: MIT */
/* Replies' files: read and closed on a strand, told on the loop, and handed to plugins of older ABIs as descriptors. */
#include "core/plugin/file.h"
#include "core/plugin/host.h"
#include "core/plugin/node.h"
#include "lib/clock.h"

#include "tests/check.h"

#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* libuv keeps a pair of descriptors from its first loop on. */
__attribute__((constructor)) static void warm_up(void)
{
	uv_loop_t loop;

	if (!uv_loop_init(&loop))
		uv_loop_close(&loop);
}

struct world {
	struct loop loop;
	struct places *places;
	struct log log;
	struct node_world node;
	uv_timer_t watch; /* keeps the loop, and ends a test that hangs */
	struct pool *pool; /* of one thread: an io pool */
	struct strand *strand;
	struct cam_file *file;
	int fd; /* of the file, or -1 once it is closed */
	char bytes[16];
	int64_t result;
	int n_told;
};

static void on_told(void *arg, int64_t result)
{
	struct world *w = arg;

	CHECK(pthread_equal(pthread_self(), w->loop.thread));
	w->result = result;
	w->n_told++;
	uv_stop(&w->loop.uv);
}

static void on_watch(uv_timer_t *timer)
{
	struct world *w = timer->data;

	uv_stop(&w->loop.uv);
}

/* Turn the loop until something is told, or for so long. */
static void turn(struct world *w, unsigned ms)
{
	uv_timer_start(&w->watch, on_watch, ms, 0);
	uv_run(&w->loop.uv, UV_RUN_DEFAULT);
}

static int make_fd(void)
{
	int fd = memfd_create("file", MFD_CLOEXEC);

	CHECK_INT(write(fd, "0123456789", 10), 10);
	return fd;
}

static void open_world(struct world *w)
{
	memset(w, 0, sizeof(*w));
	CHECK_INT(loop_init(&w->loop), 0);
	CHECK_INT(places_new(1, &w->places), 0);
	CHECK_INT(pool_new("io", 1, &w->pool), 0);
	CHECK((w->strand = strand_new(w->pool)));
	uv_timer_init(&w->loop.uv, &w->watch);
	w->watch.data = w;
	w->fd = make_fd();
	CHECK_INT(file_new(&w->loop, w->places, strand_executor(w->strand), w->fd, &w->file), 0);
}

static void close_world(struct world *w)
{
	strand_free(w->strand);
	pool_free(w->pool);
	places_free(w->places);
	uv_close((uv_handle_t *)&w->watch, NULL);
	loop_close(&w->loop);
	uv_run(&w->loop.uv, UV_RUN_DEFAULT);
	CHECK_INT(loop_destroy(&w->loop), 0);
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

TEST(a_file_is_read_piece_by_piece_to_its_end)
{
	static struct world w;

	open_world(&w);
	file_read(w.file, 2, w.bytes, 4, on_told, &w);
	CHECK_INT(w.n_told, 0);
	turn(&w, 10000);
	CHECK_INT(w.result, 4);
	CHECK(!memcmp(w.bytes, "2345", 4));
	file_read(w.file, 8, w.bytes, 8, on_told, &w);
	turn(&w, 10000);
	CHECK_INT(w.result, 2);
	file_read(w.file, 10, w.bytes, 8, on_told, &w);
	turn(&w, 10000);
	CHECK_INT(w.result, 0);
	file_read(w.file, -1, w.bytes, 8, on_told, &w);
	turn(&w, 10000);
	CHECK_INT(w.result, -EINVAL);
	CHECK_INT(w.n_told, 4);
	file_close(w.file);
	close_world(&w);
	CHECK(!is_open(w.fd));
}

struct stuck {
	struct task task;
	sem_t begun, over;
};

static void wait_over(struct task *t)
{
	struct stuck *k = container_of(t, struct stuck, task);

	sem_post(&k->begun);
	sem_wait(&k->over);
}

TEST(a_file_that_is_closed_while_its_disk_hangs_is_told_of_and_goes)
{
	static struct world w;
	struct stuck k = {.task.fn = wait_over};

	open_world(&w);
	sem_init(&k.begun, 0, 0);
	sem_init(&k.over, 0, 0);
	executor_post(strand_executor(w.strand), &k.task);
	sem_wait(&k.begun);
	file_read(w.file, 0, w.bytes, 4, on_told, &w);
	file_close(w.file);
	strand_free(w.strand); /* the node that opened it has gone */
	w.strand = NULL;
	turn(&w, 20);
	CHECK_INT(w.n_told, 0);
	CHECK(is_open(w.fd));
	sem_post(&k.over);
	turn(&w, 10000);
	CHECK_INT(w.n_told, 1);
	CHECK_INT(w.result, 4);
	close_world(&w);
	CHECK(!is_open(w.fd));
	sem_destroy(&k.begun);
	sem_destroy(&k.over);
}

TEST(a_file_of_a_node_that_is_on_no_io_pool_is_read_on_one)
{
	static struct world w;
	struct cam_file *own;
	int fd;

	open_world(&w);
	fd = make_fd();
	CHECK_INT(file_new(&w.loop, w.places, NULL, fd, &own), 0);
	file_read(own, 0, w.bytes, 4, on_told, &w);
	turn(&w, 10000);
	CHECK_INT(w.result, 4);
	file_close(own);
	file_close(w.file);
	close_world(&w);
	CHECK(!is_open(fd));
}

/* ---- who asks ---- */

static int create(struct cam_node *node, const struct cam_host *host, const void *config, void **ret)
{
	(void)host;
	(void)config;
	*ret = node;
	return 0;
}

static void nothing(void *self)
{
	(void)self;
}

/* What the floor above does: the answer has a file. */
static void answer(
	void *arg, const struct cam_request *r, void (*done)(void *, struct cam_reply *), void *done_arg)
{
	struct world *w = arg;
	struct cam_reply reply = {.size = sizeof(reply), .status = 200, .fd = w->fd, .file = w->file};

	(void)r;
	done(done_arg, &reply);
}

static void keep(void *arg, struct cam_reply *reply)
{
	*(struct cam_reply *)arg = *reply;
}

static void ask(struct world *w, uint32_t abi, struct cam_reply *ret)
{
	const struct cam_plugin plugin = {.abi = abi,
		.size = sizeof(plugin),
		.kind = CAM_SINK,
		.place = CAM_ON_LOOP,
		.name = "asker",
		.create = create,
		.stop = nothing,
		.destroy = nothing};
	const struct node_spec spec = {.name = "asker", .plugin = &plugin};
	const struct cam_request request = {
		.size = sizeof(request), .method = "GET", .path = "/", .query = "", .tail = ""};
	struct cam_node *node;

	w->node = (struct node_world){
		.loop = &w->loop, .places = w->places, .log = &w->log, .request = answer, .arg = w};
	CHECK_INT(node_new(&w->node, &spec, &node), 0);
	node_host.request(node, &request, keep, ret);
	node_free(node);
}

TEST(who_is_of_an_older_abi_gets_the_descriptor_itself)
{
	static struct world w;
	struct cam_reply reply;

	open_world(&w);
	ask(&w, CAM_ABI_MAJOR << 16 | 2, &reply);
	CHECK(reply.file == w.file);
	ask(&w, CAM_ABI_MAJOR << 16 | 1, &reply);
	CHECK(!reply.file);
	CHECK_INT(reply.fd, w.fd);
	close_world(&w);
	CHECK(is_open(w.fd));
	close(w.fd);
}

RUN_TESTS(T(a_file_is_read_piece_by_piece_to_its_end),
	T(a_file_that_is_closed_while_its_disk_hangs_is_told_of_and_goes),
	T(a_file_of_a_node_that_is_on_no_io_pool_is_read_on_one),
	T(who_is_of_an_older_abi_gets_the_descriptor_itself))
