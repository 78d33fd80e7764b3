/* SPDX-License-Identifier: MIT */
/* The command line: load plugins and configuration, then run, check or print. */
#include "core/app/cli.h"
#include "core/app/manual.h"
#include "core/app/password.h"
#include "core/app/server.h"
#include "core/app/shm.h"
#include "core/base/kind.h"
#include "core/config/builtin.h"
#include "core/config/load.h"
#include "core/config/show/example.h"
#include "core/config/show/help.h"
#include "core/config/show/man.h"
#include "core/config/show/print.h"
#include "core/config/show/schema.h"
#include "core/config/tree/report.h"
#include "core/config/words/nearest.h"
#include "core/guard/guard.h"
#include "core/guard/private_memory.h"
#include "core/guard/takeover.h"
#include "core/plugin/loader.h"
#include "core/supervise/health.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>
#include <unistd.h>

static int print(const struct text *out, int exit_code)
{
	if (out->failed) {
		fputs("cam_server: out of memory\n", stderr);
		return CLI_EXIT_FAILED;
	}
	return fputs(text_str(out), stdout) < 0 || fflush(stdout) ? CLI_EXIT_FAILED : exit_code;
}

/* Words of the command line end up in messages, and a URL with a password may be among them. Frees the message. */
static void say(struct text *message, FILE *to)
{
	if (message->data)
		text_hide_logins(message->data);
	fputs(message->failed ? "cam_server: out of memory\n" : text_str(message), to);
	text_free(message);
}

/* ---- plugins ---- */

static const struct cam_plugin *find(void *arg, const char *name, const char **ret_why)
{
	return loader_find(arg, name, ret_why);
}

static void names(void *arg, void (*visit)(void *visit_arg, const char *name), void *visit_arg)
{
	loader_names(arg, visit, visit_arg);
}

struct listing {
	struct loader *loader;
	struct text out;
};

static void list_plugin(void *arg, const char *name)
{
	struct listing *l = arg;
	const char *why;
	const struct cam_plugin *p = loader_find(l->loader, name, &why);

	if (p)
		text_printf(
			&l->out, "%-16s %-9s %-8s %s\n", p->name, kind_name(p->kind), p->version, p->summary);
	else
		text_printf(&l->out, "%-16s cannot be used: %s\n", name, why);
}

static int list_plugins(struct loader *loader)
{
	struct listing l = {loader, {0}};
	int exit_code;

	loader_names(loader, list_plugin, &l);
	if (!l.out.len)
		text_add(&l.out,
			"no plugins found in " PLUGINDIR "; name their folder in CAM_SERVER_PLUGIN_PATH\n");
	exit_code = print(&l.out, CLI_EXIT_OK);
	text_free(&l.out);
	return exit_code;
}

static void try_name(void *arg, const char *name)
{
	nearest_try(arg, name);
}

/* What to do about a plugin that is not there; one that is there has said why it is refused. */
static void add_remedy(struct loader *loader, const char *plugin, struct text *out)
{
	struct nearest near;

	nearest_init(&near, plugin);
	loader_names(loader, try_name, &near);
	if (near.best[0] && strcmp(near.best, plugin) != 0)
		text_printf(out, "; did you mean \"%s\"?\n", near.best);
	else
		text_add(out, "; --plugins lists what there is\n");
}

static int print_help(struct loader *loader, const char *plugin)
{
	struct text out = {0};
	int exit_code;

	if (plugin) {
		const char *why;
		const struct cam_plugin *p = loader_find(loader, plugin, &why);

		if (!p) {
			text_printf(&out, "cam_server: %s", why);
			add_remedy(loader, plugin, &out);
			say(&out, stderr);
			return CLI_EXIT_USAGE;
		}
		config_help(p, &out);
	} else {
		cli_help(&out);
	}
	exit_code = print(&out, CLI_EXIT_OK);
	text_free(&out);
	return exit_code;
}

static int print_rendered(struct loader *loader, const struct cli *cli)
{
	const struct config_plugins plugins = {find, names, loader};
	struct text out = {0};
	int exit_code;

	if (cli->action == CLI_SCHEMA)
		config_schema(&plugins, &out);
	else if (cli->action == CLI_EXAMPLE)
		config_example(&plugins, &out);
	else if (cli->action == CLI_COMPLETION)
		manual_completion(&plugins, &out);
	else if (!strcmp(cli->section, "1"))
		manual_man(&out);
	else
		config_man(&plugins, &out);
	exit_code = print(&out, CLI_EXIT_OK);
	text_free(&out);
	return exit_code;
}

static int ask_health(const char *url)
{
	struct text message = {0};
	int err = health_ask(url ? url : HEALTH_URL, HEALTH_MS, &message);

	say(&message, err ? stderr : stdout);
	if (err == -EINVAL)
		return CLI_EXIT_USAGE;
	return err ? CLI_EXIT_FAILED : CLI_EXIT_OK;
}

/* ---- running ---- */

/* Where the configuration comes from, now and on SIGHUP. */
struct origin {
	const struct cli *cli;
	struct loader *loader;
	struct guard protect;
};

static int load(void *arg, struct config **ret, struct text *errors)
{
	struct config *config = NULL;
	int err;

	const struct origin *o = arg;
	struct config_input in = {.file = o->cli->file,
		.text = o->cli->demo ? config_demo : NULL,
		.text_name = o->cli->demo ? "demo.yaml" : NULL,
		.environ = environ,
		.sets = (const char *const *)o->cli->sets,
		.plugins = {find, names, o->loader}};

	err = config_load(&in, &config, errors);
	if (!err)
		err = guard_check(&o->protect, config, errors);
	if (err)
		config_free(config);
	else
		*ret = config;
	return err;
}

/*
 * Packets come and go all the time, the large ones too: give their memory back to the system later than by default,
 * and do not map and unmap each keyframe.
 */
static void set_up_malloc(void)
{
	/* NOLINTBEGIN(concurrency-mt-unsafe): there is one thread yet */
	mallopt(M_TRIM_THRESHOLD, 2 * 1024 * 1024);
	mallopt(M_MMAP_THRESHOLD, 4 * 1024 * 1024);
	/* NOLINTEND(concurrency-mt-unsafe) */
}

/* Takes config over. */
static int run(struct config *config, struct origin *origin)
{
	struct log log;
	struct server_setup setup = {&log, config, load, origin};
	int exit_code;

	log_init(&log, STDERR_FILENO, (enum log_level)config->server.log_level);
	if (config->server.core_dumps && !private_memory(false))
		log_line(&log, LOG_WARN, NULL, "server.core_dumps: a core file would hold the passwords");
	/* The zone of recordings' names. The environment is where libc looks; no thread runs yet. */
	if (setenv("TZ", config->server.timezone, 1) || /* NOLINT(concurrency-mt-unsafe) */
		(config->server.protect &&
			guard_now(&origin->protect, config, origin->cli->file, environ, &log))) {
		log_line(&log, LOG_ERROR, NULL, "out of memory");
		config_free(config);
		return CLI_EXIT_FAILED;
	}
	tzset();
	set_up_malloc();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file at its limit is an error of that file */
	exit_code = server_run(&setup);
	guard_free(&origin->protect);
	return exit_code;
}

static int print_config(const struct config *config)
{
	struct text out = {0};
	int exit_code;

	config_print(config, &out);
	exit_code = print(&out, CLI_EXIT_OK);
	text_free(&out);
	return exit_code;
}

/* --check: what is right may still not be what is wanted. */
static void print_verdict(const struct config *config)
{
	struct text warnings = {0};

	text_add(&warnings, config->warnings);
	shm_judge(config, SHM_FOLDER, &warnings);
	for (const char *line = text_str(&warnings); *line; line = strchrnul(line, '\n') + 1)
		fprintf(stderr, "warning: %.*s\n", (int)strcspn(line, "\n"), line);
	text_free(&warnings);
	printf("the configuration is right: %zu camera%s, %zu nodes\n", config->n_cameras,
		config->n_cameras == 1 ? "" : "s", config->n_nodes);
}

static int with_config(const struct cli *cli, struct loader *loader)
{
	struct origin origin = {.cli = cli, .loader = loader};
	struct config *config = NULL;
	struct text errors = {0};
	int exit_code = CLI_EXIT_OK;

	if (load(&origin, &config, &errors)) {
		say(&errors, stderr);
		return CLI_EXIT_USAGE;
	}
	text_free(&errors);
	if (cli->action == CLI_RUN)
		return run(config, &origin);
	if (cli->action == CLI_PRINT_CONFIG)
		exit_code = print_config(config);
	else
		print_verdict(config);
	config_free(config);
	return exit_code;
}

static int print_password(void)
{
	struct text hash = {0}, message = {0};
	int exit_code = CLI_EXIT_USAGE;

	if (password_hash(STDIN_FILENO, STDERR_FILENO, &hash, &message))
		say(&message, stderr);
	else
		exit_code = print(&hash, CLI_EXIT_OK);
	text_free(&hash);
	return exit_code;
}

static int act(const struct cli *cli, struct loader *loader)
{
	switch (cli->action) {
	case CLI_VERSION:
		printf("cam_server %s, plugin ABI %u.%u\n", PACKAGE_VERSION, CAM_ABI_MAJOR, CAM_ABI_MINOR);
		return CLI_EXIT_OK;
	case CLI_HEALTH:
		return ask_health(cli->url);
	case CLI_PASSWORD:
		return print_password();
	case CLI_HELP:
		return print_help(loader, cli->plugin);
	case CLI_SCHEMA:
	case CLI_EXAMPLE:
	case CLI_MAN:
	case CLI_COMPLETION:
		return print_rendered(loader, cli);
	case CLI_PLUGINS:
		return list_plugins(loader);
	default:
		return with_config(cli, loader);
	}
}

/* What a container's image, or a program's own capabilities, give at the start. @return 0, or the exit code */
static int give_up_rights(enum cli_action action)
{
	const char *text = getenv(TAKEOVER_VARIABLE); /* NOLINT(concurrency-mt-unsafe): no thread yet */
	struct takeover t;
	int err;

	if (!text) {
		if (getauxval(AT_SECURE))
			(void)takeover_end(NULL);
		return CLI_EXIT_OK;
	}
	if (takeover_parse(text, &t)) {
		fprintf(stderr, "cam_server: " TAKEOVER_VARIABLE
				" is not UID:GID:FOLDER, as 10001:10001:/recordings\n");
		return CLI_EXIT_USAGE;
	}
	if (action == CLI_RUN && takeover_folder(&t) > 0)
		fprintf(stderr, "cam_server: %s was empty and root's: it is the server's now\n", t.folder);
	err = takeover_end(&t);
	if (err)
		fprintf(stderr,
			"cam_server: cannot become user %u (%s): going on as root, without capabilities\n",
			(unsigned)t.uid, strerrordesc_np(-err));
	return CLI_EXIT_OK;
}

int main(int argc, char **argv)
{
	struct text message = {0};
	struct loader *loader;
	struct cli cli;
	int exit_code;

	if (private_memory(true))
		fputs("cam_server: the kernel does not keep core files away; set the limit of their size to "
		      "0 "
		      "(ulimit -c 0)\n",
			stderr);
	if (cli_parse(argc, argv, &cli, &message)) {
		say(&message, stderr);
		return CLI_EXIT_USAGE;
	}
	exit_code = give_up_rights(cli.action);
	if (exit_code) {
		cli_free(&cli);
		return exit_code;
	}
	loader = loader_new(
		getenv("CAM_SERVER_PLUGIN_PATH")); /* NOLINT(concurrency-mt-unsafe): no thread yet */
	if (loader) {
		exit_code = act(&cli, loader);
	} else {
		fputs("cam_server: out of memory\n", stderr);
		exit_code = CLI_EXIT_FAILED;
	}
	loader_free(loader);
	cli_free(&cli);
	return exit_code;
}
