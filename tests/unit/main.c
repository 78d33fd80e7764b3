/* SPDX-License-Identifier: MIT */
/* The program itself, in a process of its own: what it prints, and with which code it ends. */
#include "tests/check.h"
#include "tests/unit/child.h"

#define main cam_server_main
int cam_server_main(int argc, char **argv);
#include "core/app/main.c"
#undef main

#include <sys/mman.h>
#include <sys/stat.h>

static int said; /* what it has printed, on both */
static const char *input; /* what it reads; NULL: whatever there is */
static char text[1 << 20];
static const char *plugins; /* the folder they are looked for in; NULL: those of this build */

static const char *output(void)
{
	ssize_t n = pread(said, text, sizeof(text) - 1, 0);

	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static void begin(void)
{
	char path[512];
	const char *build = getenv("top_builddir");

	snprintf(path, sizeof(path), "%s/.libs", build ? build : ".");
	setenv("CAM_SERVER_PLUGIN_PATH", plugins ? plugins : path, 1);
	said = memfd_create("said", MFD_CLOEXEC);
	fflush(stdout);
}

/* @param words with one blank between them */
static int call(char *words)
{
	char *argv[16] = {NULL}, *at = words;
	int argc = 0;

	while (at && argc < 15) {
		argv[argc++] = at;
		at = strchr(at, ' ');
		if (at)
			*at++ = '\0';
	}
	int in = memfd_create("input", 0);

	if (input && write(in, input, strlen(input)) > 0 && lseek(in, 0, SEEK_SET) == 0)
		dup2(in, STDIN_FILENO);
	dup2(said, STDOUT_FILENO);
	dup2(said, STDERR_FILENO);
	return cam_server_main(argc, argv);
}

static pid_t start(const char *line)
{
	char words[512];
	pid_t pid;

	begin();
	snprintf(words, sizeof(words), "cam_server %s", line);
	pid = fork();
	if (!pid) {
		int code = call(words);

		fflush(stdout);
		_exit(code);
	}
	return pid;
}

static int wait_for(pid_t pid)
{
	int status = -1;

	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* @return whether it ends with this code and has said this */
static bool ends(const char *line, int code, const char *what)
{
	int is = wait_for(start(line));
	bool ok = is == code && strstr(output(), what);

	if (!ok)
		printf("# %s ends with %d and: %.2000s\n", line, is, output());
	close(said);
	return ok;
}

TEST(it_tells_its_version_and_its_options)
{
	CHECK(ends("--version", 0, "cam_server " PACKAGE_VERSION ", plugin ABI 1."));
	CHECK(ends("--help", 0, "Usage: cam_server [OPTION]..."));
	CHECK(ends("--hlep", 2, "did you mean --help?"));
	CHECK(ends("-c a.yaml --demo", 2, "do not go together"));
}

TEST(it_tells_of_its_plugins)
{
	CHECK(ends("--plugins", 0, "mem_ring"));
	CHECK(ends("--help mem_ring", 0, "seconds"));
	CHECK(ends("--help mem_rnig", 2, "; did you mean \"mem_ring\"?"));
	CHECK(ends("--help nothing_like_it", 2, "; --plugins lists what there is"));
}

TEST(it_prints_what_is_made_of_its_tables)
{
	CHECK(ends("--schema", 0, "\"$schema\""));
	CHECK(ends("--example", 0, "cameras:"));
	CHECK(ends("--man 1", 0, ".TH CAM_SERVER 1"));
	CHECK(ends("--man 5", 0, ".TH"));
	CHECK(ends("--man 3", 2, "--man needs a section: 1 or 5"));
	CHECK(ends("--completion", 0, "cam_server"));
	CHECK(ends("--completion", 0, "--print-config"));
}

static char folder[64], file[96];

static void write_file(const char *yaml)
{
	FILE *f;

	snprintf(folder, sizeof(folder), "/tmp/cam-main.XXXXXX");
	CHECK(mkdtemp(folder));
	snprintf(file, sizeof(file), "%s/cam_server.yaml", folder);
	f = fopen(file, "we");
	CHECK(f);
	fputs(yaml, f);
	fclose(f);
}

static void remove_file(void)
{
	unlink(file);
	CHECK_INT(rmdir(folder), 0);
}

static const char *in_file(const char *line)
{
	static char with[256];

	snprintf(with, sizeof(with), "%s%s-c %s", line, *line ? " " : "", file);
	return with;
}

TEST(it_checks_a_configuration)
{
	CHECK(ends("--check --demo", 0, "the configuration is right: 2 cameras, "));
	CHECK(ends("--print-config --demo", 0, "cameras:"));
	CHECK(ends("--check -c /nowhere/cam_server.yaml", 2, "/nowhere/cam_server.yaml"));
	write_file("cameras: {a: {source: \"rtsp://u:geheim@192.0.2.1/x\", bufer: {plugin: mem_rnig}}}\n");
	CHECK(ends(in_file("--check"), 2, "did you mean \"mem_ring\"?"));
	CHECK(!strstr(text, "geheim"));
	remove_file();
}

TEST(what_is_right_may_have_warnings)
{
	write_file("cameras: {a: {source: {plugin: test_in, transport: tcp}}}\n");
	CHECK(ends(in_file("--check"), 0, "warning: "));
	CHECK(strstr(text, "the configuration is right: 1 camera, "));
	remove_file();
}

TEST(it_makes_the_hash_of_a_password)
{
	input = "a long password\n";
	CHECK(ends("--password", 0, "$y$"));
	CHECK(!strstr(text, "long"));
	input = "\n";
	CHECK(ends("--password", 2, "password"));
	input = NULL;
}

TEST(it_asks_a_server_that_is_not_there)
{
	CHECK(ends("--health http://127.0.0.1:1/healthz", 1, "does not answer"));
	CHECK(ends("--health ftp://127.0.0.1/", 2, "is no address to ask"));
}

TEST(what_it_takes_over_has_a_form)
{
	setenv(TAKEOVER_VARIABLE, "10001:/recordings", 1);
	CHECK(ends("--version", 2, "is not UID:GID:FOLDER"));
	unsetenv(TAKEOVER_VARIABLE);
}

TEST(without_plugins_it_says_so)
{
	plugins = "/nowhere";
	CHECK(ends("--help mem_ring", 2, "mem_ring"));
	CHECK(ends("--plugins", 0, ""));
	plugins = NULL;
}

/* @return its exit code after a SIGTERM once it has said this */
static int run_until(const char *line, const char *until)
{
	pid_t pid = start(in_file(line));
	bool told;
	int code;

	for (int i = 0; i < 20000 && !strstr(output(), until); i++)
		poll(NULL, 0, 1);
	told = strstr(text, until);
	kill(pid, SIGTERM);
	code = wait_for(pid);
	if (!told)
		printf("# %s\n", output());
	close(said);
	return told ? code : -1;
}

/* Without protection, so that coverage can be written at the end. */
TEST(it_runs_until_a_signal_ends_it)
{
	write_file("cameras: {a: {source: \"rtsp://127.0.0.1:1/x\", buffer: {plugin: mem_ring}}}\n"
		   "sinks: {web: off}\nserver: {protect: false, core_dumps: true}\n");
	CHECK_INT(run_until("", "up: 1 camera, 2 nodes"), 0);
	CHECK(strstr(text, "server.core_dumps: a core file would hold the passwords"));
	CHECK_INT(run_until("-s server.protect=true -s server.log_level=debug", "up: 1 camera, 2 nodes"), 0);
	CHECK(strstr(text, "by seccomp"));
	remove_file();
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

RUN_TESTS(T(it_tells_its_version_and_its_options), T(it_tells_of_its_plugins),
	T(it_prints_what_is_made_of_its_tables), T(it_checks_a_configuration),
	T(what_is_right_may_have_warnings), T(it_makes_the_hash_of_a_password),
	T(it_asks_a_server_that_is_not_there), T(what_it_takes_over_has_a_form),
	T(without_plugins_it_says_so), T(it_runs_until_a_signal_ends_it))
