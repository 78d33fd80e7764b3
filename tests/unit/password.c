/* SPDX-License-Identifier: MIT */
/* A password from a pipe or a terminal becomes a hash that crypt(3) takes, or a line that says why not. */
#include "core/app/password.h"

#include "tests/check.h"

#include <crypt.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static bool is_hash_of(const char *line, const char *password)
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	char hash[256];
	bool is;

	snprintf(hash, sizeof(hash), "%.*s", (int)strcspn(line, "\n"), line);
	is = !strncmp(hash, "$y$", 3) && !strcmp(crypt_r(password, hash, data), hash);
	free(data);
	return is;
}

static int of_pipe(const char *bytes, size_t n, struct text *hash, struct text *message)
{
	int ends[2], err;

	CHECK(!pipe2(ends, O_CLOEXEC));
	CHECK_INT(write(ends[1], bytes, n), n);
	close(ends[1]);
	err = password_hash(ends[0], STDOUT_FILENO, hash, message);
	close(ends[0]);
	return err;
}

static void refused(const char *bytes, size_t n, int err, const char *why)
{
	struct text hash = {0}, message = {0};

	CHECK_INT(of_pipe(bytes, n, &hash, &message), err);
	CHECK(strstr(text_str(&message), why));
	CHECK_STR(text_str(&hash), "");
	text_free(&message);
}

TEST(a_line_of_a_pipe_becomes_a_hash)
{
	struct text hash = {0}, message = {0};

	CHECK_INT(of_pipe("gar\x7ften \xc3\xa4\nmore\n", 17, &hash, &message), 0);
	CHECK(is_hash_of(text_str(&hash), "gar\x7ften \xc3\xa4"));
	text_free(&hash);
	CHECK_INT(of_pipe("no end", 6, &hash, &message), 0);
	CHECK(is_hash_of(text_str(&hash), "no end"));
	CHECK_STR(text_str(&message), "");
	text_free(&hash);
}

TEST(what_is_no_password_is_refused_with_a_sentence)
{
	char longest[PASSWORD_MOST + 2];

	memset(longest, 'x', sizeof(longest));
	refused("", 0, -ECANCELED, "no password");
	refused("\n", 1, -EINVAL, "empty");
	refused("a\0b\n", 4, -EINVAL, "NUL");
	refused(longest, sizeof(longest), -EINVAL, "256");
}

/* A pseudo terminal with somebody who types. @return what password_hash() has */
static int of_terminal(const char *keys, struct text *hash, struct text *message)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), terminal, err;
	struct termios raw, after;

	CHECK(master >= 0 && !grantpt(master) && !unlockpt(master));
	terminal = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	CHECK(terminal >= 0 && !tcgetattr(terminal, &raw));
	/* What is typed ahead is thrown away when the echo goes: the prompt is waited for by the other side. */
	if (!fork()) {
		char c = 0;

		for (int colons = 0; *keys; keys++) {
			for (; colons >= 0 && c != ':' && read(master, &c, 1) == 1;)
				;
			if (write(master, keys, 1) != 1)
				_exit(1);
			if (*keys == '\r') {
				c = 0;
				colons = keys[1] ? 0 : -1;
			}
		}
		_exit(0);
	}
	err = password_hash(terminal, terminal, hash, message);
	CHECK(!tcgetattr(terminal, &after));
	CHECK_INT(after.c_lflag, raw.c_lflag);
	CHECK(wait(NULL) > 0);
	close(terminal);
	close(master);
	return err;
}

TEST(a_terminal_is_asked_twice_and_without_an_echo)
{
	struct text hash = {0}, message = {0};

	CHECK_INT(of_terminal("nope\x15sew\x7f"
			      "cret\rsecret\r",
			  &hash, &message),
		0);
	CHECK(is_hash_of(text_str(&hash), "secret"));
	text_free(&hash);
	CHECK_INT(of_terminal("one\rtwo\r", &hash, &message), -EINVAL);
	CHECK(strstr(text_str(&message), "two passwords"));
	text_free(&message);
	CHECK_INT(of_terminal("half\x03", &hash, &message), -ECANCELED);
	CHECK_STR(text_str(&hash), "");
	text_free(&message);
}

RUN_TESTS(T(a_line_of_a_pipe_becomes_a_hash), T(what_is_no_password_is_refused_with_a_sentence),
	T(a_terminal_is_asked_twice_and_without_an_echo))
