/* SPDX-License-Identifier: MIT */
#include "core/app/password.h"

#include <crypt.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

struct line {
	char text[PASSWORD_MOST + 1];
	size_t len;
};

/* What a key does to the line. @return 1: it is whole, 0: not yet, -ECANCELED */
static int take_key(struct line *l, char key, bool is_terminal)
{
	enum { INTERRUPT = 0x03, END = 0x04, BACKSPACE = 0x08, KILL = 0x15, DELETE = 0x7f };

	if (key == '\n' || (is_terminal && key == '\r'))
		return 1;
	if (is_terminal && (key == INTERRUPT || key == END))
		return -ECANCELED;
	if (is_terminal && key == KILL)
		l->len = 0;
	else if (is_terminal && (key == BACKSPACE || key == DELETE))
		l->len -= l->len > 0;
	else if (l->len < sizeof(l->text))
		l->text[l->len++] = key;
	return 0;
}

/* @return 0, or -errno */
static int read_line(int in, struct line *l, bool is_terminal)
{
	int end = 0;

	l->len = 0;
	while (!end) {
		char key;
		ssize_t n = read(in, &key, 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : l->len ? 0 : -ECANCELED;
		end = take_key(l, key, is_terminal);
	}
	return end < 0 ? end : 0;
}

static int fail(struct text *message, int err, const char *what)
{
	text_printf(message, "cam_server: %s\n", what);
	return err;
}

/* @return 0, with a text that ends with a NUL */
static int judge(struct line *l, int err, struct text *message)
{
	if (err == -ECANCELED)
		return fail(message, err, "no password, no hash");
	if (err)
		return fail(message, err, strerrordesc_np(-err));
	if (!l->len)
		return fail(message, -EINVAL, "an empty password lets everybody in; type one");
	if (l->len > PASSWORD_MOST || memchr(l->text, '\0', l->len))
		return fail(message, -EINVAL, "a password has at most 256 bytes, none of them NUL");
	l->text[l->len] = '\0';
	return 0;
}

static void prompt(int to, const char *text)
{
	ssize_t n = write(to, text, strlen(text));

	(void)n; /* a terminal that is gone will not be read from either */
}

/* Keys come one by one, unseen, and none of them is a signal: the terminal is never left without an echo. */
static int ask_terminal(int in, int prompts, struct line l[2])
{
	struct termios was, silent;
	int err;

	if (tcgetattr(in, &was))
		return -errno;
	silent = was;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
	silent.c_cc[VMIN] = 1;
	silent.c_cc[VTIME] = 0;
	if (tcsetattr(in, TCSAFLUSH, &silent))
		return -errno;
	prompt(prompts, "Password: ");
	err = read_line(in, &l[0], true);
	prompt(prompts, err ? "\n" : "\nThe same again: ");
	if (!err) {
		err = read_line(in, &l[1], true);
		prompt(prompts, "\n");
	}
	tcsetattr(in, TCSAFLUSH, &was);
	return err;
}

/* @return 0 or -errno, with *ret */
static int hash(const char *password, struct text *ret, struct text *message)
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	char *setting = data ? crypt_gensalt_ra("$y$", 0, NULL, 0) : NULL;
	const char *made = setting ? crypt_r(password, setting, data) : NULL;
	int err = made && *made != '*' ? 0 : -ENOSYS;

	if (!err)
		text_printf(ret, "%s\n", made);
	else
		(void)fail(message, err, "the system's crypt(3) makes no yescrypt hashes");
	free(setting);
	if (data)
		explicit_bzero(data, sizeof(*data));
	free(data);
	return err;
}

int password_hash(int in, int prompts, struct text *ret, struct text *message)
{
	struct line l[2] = {0};
	bool is_terminal = isatty(in);
	int err = judge(
		&l[0], is_terminal ? ask_terminal(in, prompts, l) : read_line(in, &l[0], false), message);

	if (!err && is_terminal && (l[0].len != l[1].len || memcmp(l[0].text, l[1].text, l[0].len) != 0))
		err = fail(message, -EINVAL, "these are two passwords; try again");
	if (!err)
		err = hash(l[0].text, ret, message);
	explicit_bzero(l, sizeof(l));
	return err;
}
