/* SPDX-License-Identifier: MIT */
/* What a process cannot do any more once it has protected itself: each test tries it in a child. */
#include "core/guard/guard.h"
#include "core/config/load.h"
#include "core/guard/sandbox_files.h"
#include "core/plugin/loader.h"
#include "tests/check.h"
#include "tests/unit/child.h"
#include "tests/unit/config_fakes.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct options {
	const char *folder;
};

static const struct cam_opt table[] = {
	{"directory", CAM_STRING, CAM_FOLDER, CAM_STRING_AT(struct options, folder), NULL, 0, 0, NULL, NULL,
		"Where files go."},
	{0}};
static const struct cam_plugin plugin = {
	.kind = CAM_RECORDER, .name = "fake", .options = table, .config_size = sizeof(struct options)};

struct place {
	char top[64], inside[96], outside[96];
	struct options options;
	struct config_node node;
	struct config config;
	struct log log;
};

static struct place p;

static void set_up(void)
{
	p = (struct place){.top = "/tmp/cam-protect.XXXXXX"};
	CHECK(mkdtemp(p.top));
	snprintf(p.inside, sizeof(p.inside), "%s/inside", p.top);
	snprintf(p.outside, sizeof(p.outside), "%s/outside", p.top);
	CHECK_INT(mkdir(p.outside, 0755), 0);
	p.options.folder = p.inside;
	p.node = (struct config_node){.name = "front.recorder",
		.path = "cameras.front.recorder",
		.plugin = &plugin,
		.config = &p.options};
	p.config = (struct config){.nodes = &p.node, .n_nodes = 1, .secret_folders = "", .warnings = ""};
	log_init(&p.log, -1, LOG_ERROR);
}

static void tear_down(void)
{
	char name[128];

	snprintf(name, sizeof(name), "%s/file", p.inside);
	unlink(name);
	snprintf(name, sizeof(name), "%s/file", p.outside);
	unlink(name);
	rmdir(p.inside);
	rmdir(p.outside);
	CHECK_INT(rmdir(p.top), 0);
}

/* @return 0, or the errno of making a file there */
static int make_in(const char *folder)
{
	char name[128];
	int fd;

	snprintf(name, sizeof(name), "%s/file", folder);
	fd = open(name, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int (*tried)(void);
static struct guard protect; /* of the child */
static const char *config_file;
static char *variables[8];

static int protect_and_try(void)
{
	int result = guard_now(&protect, &p.config, config_file, variables, &p.log) ? 255 : tried();

	guard_free(&protect);
	return result;
}

/* @return what a child, protected, ends with */
static int in_protected_child(int (*try)(void))
{
	tried = try;
	return in_child(protect_and_try);
}

static bool has_landlock(void)
{
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0)
		return true;
	printf("# this kernel has no Landlock: left out\n");
	return false;
}

static int try_exec(void)
{
	char name[] = "true", *argv[] = {name, NULL};

	(void)syscall(
		SYS_execve, "/bin/true", argv, environ); /* coverage makes more than a call of execv() */
	return errno;
}

static void *exec_in_thread(void *arg)
{
	*(int *)arg = try_exec();
	return NULL;
}

static int try_exec_in_thread(void)
{
	pthread_t thread;
	int err = 0;

	if (pthread_create(&thread, NULL, exec_in_thread, &err))
		return 254;
	pthread_join(thread, NULL);
	return err;
}

static int try_mount(void)
{
	return mount("none", p.outside, "tmpfs", 0, NULL) ? errno : 0;
}

static int try_inside(void)
{
	return make_in(p.inside);
}

static int try_outside(void)
{
	return make_in(p.outside);
}

static int try_read_outside(void)
{
	int fd = open(p.outside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? errno : 0;
}

static int try_what_is_needed(void)
{
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC), status;
	pthread_t thread;

	if (fd < 0)
		return errno;
	close(fd);
	fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	close(fd);
	fd = open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno;
	close(fd);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	close(fd);
	status = pthread_create(&thread, NULL, check_no_thread, NULL);
	return status ? status : pthread_join(thread, NULL);
}

TEST(no_program_can_be_started)
{
	set_up();
	CHECK_INT(in_protected_child(try_exec), EPERM);
	CHECK_INT(in_protected_child(try_exec_in_thread), EPERM);
	tear_down();
}

TEST(nothing_can_be_mounted)
{
	set_up();
	CHECK_INT(in_protected_child(try_mount), EPERM);
	tear_down();
}

TEST(a_recorder_s_folder_is_made_and_can_be_written_to)
{
	set_up();
	CHECK_INT(in_protected_child(try_inside), 0);
	tear_down();
}

TEST(other_folders_cannot_be_written_to_or_read)
{
	if (!has_landlock())
		return;
	set_up();
	CHECK_INT(in_protected_child(try_outside), EACCES);
	CHECK_INT(in_protected_child(try_read_outside), EACCES);
	tear_down();
}

TEST(what_a_server_needs_works)
{
	set_up();
	CHECK_INT(in_protected_child(try_what_is_needed), 0);
	tear_down();
}

static int try_secret(void)
{
	return try_read_outside() ? 1 : try_outside() == EACCES ? 0 : 2;
}

TEST(folders_of_secrets_can_be_read_and_not_written_to)
{
	char folders[128];

	if (!has_landlock())
		return;
	set_up();
	snprintf(folders, sizeof(folders), "%s\n", p.outside);
	p.config.secret_folders = folders;
	CHECK_INT(in_protected_child(try_secret), 0);
	tear_down();
}

/* @return 0: both can be read, and neither can be written to */
static int try_folders_of_files(void)
{
	char of_file[128], of_secret[128];

	snprintf(of_file, sizeof(of_file), "%s/of_file", p.outside);
	snprintf(of_secret, sizeof(of_secret), "%s/of_secret", p.outside);
	return access(of_file, R_OK) || open(of_file, O_RDONLY | O_CLOEXEC) < 0 ? 1
	       : open(of_secret, O_RDONLY | O_CLOEXEC) < 0                      ? 2
	       : make_in(of_file) != EACCES || make_in(of_secret) != EACCES     ? 3
	       : !try_read_outside()                                            ? 4
										: 0;
}

TEST(folders_of_the_configuration_and_of_variables_can_be_read)
{
	char path[160], secret[160], path_list[200], credentials[160], of_file[128], of_secret[128];

	if (!has_landlock())
		return;
	set_up();
	snprintf(of_file, sizeof(of_file), "%s/of_file", p.outside);
	snprintf(of_secret, sizeof(of_secret), "%s/of_secret", p.outside);
	CHECK(!mkdir(of_file, 0755) && !mkdir(of_secret, 0755));
	snprintf(path, sizeof(path), "%s/cam_server.yaml", of_file);
	config_file = path;
	snprintf(secret, sizeof(secret), "PASSWORD_FILE=%s/secret", of_secret);
	variables[0] = secret;
	CHECK_INT(in_protected_child(try_folders_of_files), 0);
	snprintf(credentials, sizeof(credentials), "CREDENTIALS_DIRECTORY=%s", of_secret);
	variables[0] = credentials;
	CHECK_INT(in_protected_child(try_folders_of_files), 0);
	snprintf(path_list, sizeof(path_list), "CAM_SERVER_PLUGIN_PATH=/nowhere::%s", of_secret);
	variables[0] = path_list;
	CHECK_INT(in_protected_child(try_folders_of_files), 0);
	variables[0] = (char *)(uintptr_t) "EMPTY=";
	CHECK_INT(in_protected_child(try_folders_of_files), 2);
	config_file = "cam_server.yaml"; /* of the folder that it was started in */
	CHECK_INT(in_protected_child(try_folders_of_files), 1);
	config_file = NULL;
	variables[0] = NULL;
	rmdir(of_file);
	rmdir(of_secret);
	tear_down();
}

/* ---- reloading ---- */

static struct config *next;

static int try_reload(void)
{
	struct text errors = {0};
	int err = guard_check(&protect, next, &errors);
	bool told = strstr(text_str(&errors), "test:1:") &&
		    strstr(text_str(&errors), "cameras.front.recorder.directory");

	text_free(&errors);
	return err == -EACCES && told ? EACCES : -err;
}

/* @return what a reload to this folder is told, as an exit status */
static int reload_to(const char *folder)
{
	struct config_input in = {.text_name = "test", .plugins = fake_plugins};
	struct text errors = {0};
	char yaml[400];
	int err;

	snprintf(yaml, sizeof(yaml),
		"cameras: {front: {source: {plugin: test_in}, recorder: {plugin: recorder_mp4, directory: "
		"\"%s\"}}}\n",
		folder);
	in.text = yaml;
	err = config_load(&in, &next, &errors);
	text_free(&errors);
	CHECK_INT(err, 0);
	err = in_protected_child(try_reload);
	config_free(next);
	return err;
}

TEST(a_reload_may_write_where_it_could_before)
{
	char below[128], beside[128];

	if (!has_landlock())
		return;
	set_up();
	snprintf(below, sizeof(below), "%s/a/b", p.inside);
	snprintf(beside, sizeof(beside), "%s2", p.inside);
	CHECK_INT(reload_to(p.inside), 0);
	CHECK_INT(reload_to(below), 0);
	CHECK_INT(reload_to(p.outside), EACCES);
	CHECK_INT(reload_to(beside), EACCES);
	CHECK_INT(reload_to("/"), EACCES);
	CHECK_INT(reload_to("here"), EACCES);
	tear_down();
}

/* ---- plugins ---- */

static void copy(const char *from, const char *to)
{
	char buf[65536];
	int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	ssize_t n;

	CHECK(in >= 0 && out >= 0);
	while ((n = read(in, buf, sizeof(buf))) > 0)
		CHECK_INT(write(out, buf, (size_t)n), n);
	close(in);
	close(out);
}

/* @return whether a plugin with these permissions, in such a folder, is loaded; if not, *ret_why says so with `word` */
static bool is_loaded(mode_t file_mode, mode_t folder_mode, const char *word)
{
	const char *build = getenv("top_builddir"), *why = "";
	char from[512], file[128];
	struct loader *l;
	bool found;

	set_up();
	snprintf(from, sizeof(from), "%s/.libs/mem_ring.so", build ? build : ".");
	snprintf(file, sizeof(file), "%s/mem_ring.so", p.outside);
	copy(from, file);
	CHECK_INT(chmod(file, file_mode), 0);
	CHECK_INT(chmod(p.outside, folder_mode), 0);
	l = loader_new(p.outside);
	CHECK(l);
	found = loader_find(l, "mem_ring", &why) != NULL;
	CHECK(found || strstr(why, word));
	loader_free(l);
	unlink(file);
	tear_down();
	return found;
}

TEST(a_plugin_that_others_may_write_is_refused)
{
	CHECK(is_loaded(0644, 0755, ""));
	CHECK(!is_loaded(0777, 0755, "can be changed by other users"));
	CHECK(!is_loaded(0646, 0755, "can be changed by other users"));
	CHECK(!is_loaded(0644, 0777, "lies in a folder that other users can write to"));
	CHECK(is_loaded(0644, 01777, ""));
}

RUN_TESTS(T(no_program_can_be_started), T(nothing_can_be_mounted),
	T(a_recorder_s_folder_is_made_and_can_be_written_to), T(other_folders_cannot_be_written_to_or_read),
	T(what_a_server_needs_works), T(folders_of_secrets_can_be_read_and_not_written_to),
	T(folders_of_the_configuration_and_of_variables_can_be_read),
	T(a_reload_may_write_where_it_could_before), T(a_plugin_that_others_may_write_is_refused))
