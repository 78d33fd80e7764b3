/* SPDX-License-Identifier: MIT */
/* Which plugins are taken, and what is said of the others. Linked with --wrap=dlopen,dlsym,dlerror: files stay empty. */
#include "core/plugin/loader.h"
#include "tests/check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct cam_plugin plugin;
static const char *symbol; /* that the file exports; NULL: it cannot be opened */
static char folder[64], file[128];
static struct loader *l;

void *__wrap_dlopen(const char *name, int flags);
void *__wrap_dlsym(void *lib, const char *name);
char *__wrap_dlerror(void);

void *__wrap_dlopen(const char *name, int flags)
{
	(void)name;
	(void)flags;
	return symbol ? &plugin : NULL;
}

void *__wrap_dlsym(void *lib, const char *name)
{
	return !strcmp(name, symbol) ? lib : NULL;
}

char *__wrap_dlerror(void)
{
	static char text[] = "it is torn";

	return text;
}

static int create(struct cam_node *node, const struct cam_host *host, const void *config, void **ret)
{
	(void)node;
	(void)host;
	(void)config;
	(void)ret;
	return -1;
}

static void stop(void *self)
{
	(void)self;
}

static int consume(void *self, struct cam_sub *sub, const struct cam_buf *buf)
{
	(void)self;
	(void)sub;
	(void)buf;
	return 0;
}

static int handle(void *self, const struct cam_request *r, struct cam_reply *reply)
{
	(void)self;
	(void)r;
	(void)reply;
	return 0;
}

static const struct cam_plugin whole = {.abi = CAM_ABI,
	.size = sizeof(whole),
	.kind = CAM_RECORDER,
	.place = CAM_ON_LOOP,
	.name = "fake",
	.version = "1",
	.summary = "Made up.",
	.create = create,
	.destroy = stop,
	.stop = stop,
	.consume = consume};

static void set_up(void)
{
	int fd;

	snprintf(folder, sizeof(folder), "/tmp/cam-loader.XXXXXX");
	CHECK(mkdtemp(folder));
	snprintf(file, sizeof(file), "%s/fake.so", folder);
	fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	CHECK(fd >= 0);
	close(fd);
	plugin = whole;
	symbol = "cam_plugin_1";
}

static void tear_down(void)
{
	unlink(file);
	CHECK_INT(rmdir(folder), 0);
}

/* @return why it is refused, "" if it is taken */
static const char *why(void)
{
	static char text[600];
	const char *said = "";

	l = loader_new(folder);
	CHECK(l);
	snprintf(text, sizeof(text), "%s", loader_find(l, "fake", &said) ? "" : said);
	loader_free(l);
	return text;
}

static bool is_refused(const char *with)
{
	bool is = strstr(why(), with) && strstr(why(), "\"fake\"");

	if (!is)
		printf("# %s\n", why());
	plugin = whole;
	return is;
}

TEST(a_whole_plugin_is_taken_and_remembered)
{
	const struct cam_plugin *found;
	const char *said;

	set_up();
	CHECK_STR(why(), "");
	l = loader_new(folder);
	found = loader_find(l, "fake", &said);
	CHECK(found && found != &plugin && !strcmp(found->summary, "Made up."));
	CHECK(loader_find(l, "fake", &said) == found);
	CHECK(!loader_find(l, "other", &said) && strstr(said, "there is no plugin \"other\""));
	CHECK(!loader_find(l, "../fake", &said) && strstr(said, "is no plugin name"));
	loader_free(l);
	loader_free(NULL);
	tear_down();
}

TEST(a_route_that_does_not_say_who_may_ask_it_is_refused)
{
	static const struct cam_route none[] = {{"GET", "/x", "X.", handle, 0, 0}, {0}},
				      odd[] = {{"GET", "/x", "X.", handle, CAM_ADMIN + 1, 0}, {0}},
				      long_body[] = {{"POST", "/x", "X.", handle, CAM_VIEW, 2 << 20}, {0}},
				      right[] = {{"GET", "/x", "X.", handle, CAM_OPEN, 0}, {0}};

	set_up();
	plugin.routes = none;
	CHECK(is_refused("does not say who may ask it"));
	plugin.routes = odd;
	CHECK(is_refused("does not say who may ask it"));
	plugin.routes = long_body;
	CHECK(is_refused("takes a longer body"));
	plugin.routes = right;
	CHECK_STR(why(), "");
	tear_down();
}

TEST(what_lacks_a_part_is_refused)
{
	set_up();
	plugin.name = "other";
	CHECK(is_refused("calls itself by another name"));
	plugin.kind = 99;
	CHECK(is_refused("unknown kind or place"));
	plugin.place = 99;
	CHECK(is_refused("unknown kind or place"));
	plugin.create = NULL;
	CHECK(is_refused("has no create or destroy"));
	plugin.stop = NULL;
	CHECK(is_refused("has no stop"));
	plugin.consume = NULL;
	CHECK(is_refused("has no consume"));
	plugin.kind = CAM_BUFFER;
	CHECK(is_refused("without keep or replay"));
	plugin.place = CAM_ON_THREAD;
	CHECK(is_refused("is no source"));
	plugin.kind = CAM_SOURCE;
	plugin.place = CAM_ON_THREAD;
	CHECK(is_refused("has no run"));
	plugin.kind = CAM_SINK;
	plugin.place = CAM_ON_CAMERA;
	CHECK(is_refused("a sink has no camera of its own"));
	plugin.kind = CAM_LISTENER;
	plugin.place = CAM_ON_CAMERA;
	CHECK(is_refused("a listener has no camera of its own"));
	plugin.size = 8;
	CHECK(is_refused("too small"));
	tear_down();
}

TEST(what_was_built_for_another_version_is_told)
{
	set_up();
	plugin.abi = CAM_ABI + 1;
	CHECK(is_refused("or install a newer server"));
	plugin.abi = (CAM_ABI_MAJOR + 1) << 16;
	CHECK(is_refused("was built for another version of the plugin ABI, 2.0"));
	symbol = "cam_plugin_3";
	CHECK(is_refused("was built for another version of the plugin ABI, 3.0"));
	symbol = "something";
	CHECK(is_refused("is no plugin: it has no symbol cam_plugin_1"));
	symbol = NULL;
	CHECK(is_refused("cannot be loaded: it is torn"));
	tear_down();
}

static void count(void *arg, const char *name)
{
	*(int *)arg += !strcmp(name, "fake");
}

TEST(names_are_those_of_files_each_once)
{
	char path[200], odd[160];
	int n = 0, fd;

	set_up();
	snprintf(odd, sizeof(odd), "%s/Not-a-name.so", folder);
	fd = open(odd, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	close(fd);
	snprintf(path, sizeof(path), "/nowhere::%s:%s", folder, folder);
	l = loader_new(path);
	loader_names(l, count, &n);
	CHECK_INT(n, 1);
	loader_free(l);
	unlink(odd);
	tear_down();
}

RUN_TESTS(T(a_whole_plugin_is_taken_and_remembered), T(a_route_that_does_not_say_who_may_ask_it_is_refused),
	T(what_lacks_a_part_is_refused), T(what_was_built_for_another_version_is_told),
	T(names_are_those_of_files_each_once))
