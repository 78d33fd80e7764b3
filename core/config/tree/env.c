/* SPDX-License-Identifier: MIT */

#include "core/config/tree/env.h"

#include "lib/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *env_get(char *const *variables, const char *name)
{
	size_t n = strlen(name);

	for (; variables && *variables; variables++)
		if (!strncmp(*variables, name, n) && (*variables)[n] == '=')
			return *variables + n + 1;
	return NULL;
}

const char *env_text_fault(const char *text)
{
	if (!text_is_utf8(text))
		return "is not UTF-8";
	if (strchr(text, '\n'))
		return "holds a line break; write it in one line";
	for (const unsigned char *s = (const unsigned char *)text; *s; s++)
		if ((*s < 0x20 && *s != '\t') || *s == 0x7f || (*s == 0xc2 && s[1] < 0xa0))
			return "holds a control character";
	return NULL;
}

/* @return bytes read, at most room; -1 with errno */
static ssize_t read_all(const char *path, char *buf, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	size_t len = 0;
	ssize_t n = 1;

	if (fd < 0)
		return -1;
	if (!fstat(fd, &st) && S_ISDIR(st.st_mode)) {
		close(fd);
		errno = EISDIR;
		return -1;
	}
	while (n > 0 && len < room) {
		n = read(fd, buf + len, room - len);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			len += (size_t)n;
	}
	close(fd);
	return n < 0 ? -1 : (ssize_t)len;
}

struct env_value env_read_secret(struct arena *a, const char *path)
{
	struct env_value v = {.secret = true};
	char buf[ENV_MAX_BYTES + 1];
	ssize_t n = read_all(path, buf, sizeof(buf));
	const char *fault;

	if (n < 0) {
		v.why = arena_printf(a, "cannot read %s: %s", path, strerrordesc_np(errno));
		return v;
	}
	if (n && n <= ENV_MAX_BYTES && buf[n - 1] == '\n')
		n--;
	if (n && n <= ENV_MAX_BYTES && buf[n - 1] == '\r')
		n--;
	if (!n)
		v.why = arena_printf(a, "%s is empty", path);
	else if (n > ENV_MAX_BYTES)
		v.why = arena_printf(a, "%s is larger than 16 KiB", path);
	else if (memchr(buf, 0, (size_t)n))
		v.why = arena_printf(a, "%s holds a NUL character", path);
	else
		v.text = arena_copy(a, buf, (size_t)n);
	explicit_bzero(buf, sizeof(buf));
	fault = v.text ? env_text_fault(v.text) : NULL;
	if (fault) {
		v.text = NULL;
		v.why = arena_printf(a, "%s %s", path, fault);
	}
	return v;
}

struct env_value env_lookup(struct arena *a, char *const *variables, const char *name)
{
	struct env_value v = {.text = env_get(variables, name)};
	const char *path = env_get(variables, arena_printf(a, "%s_FILE", name));
	const char *folder = env_get(variables, "CREDENTIALS_DIRECTORY");

	if (v.text && *v.text) {
		const char *fault = env_text_fault(v.text);

		v.why = fault ? arena_printf(a, "the environment variable %s %s", name, fault) : NULL;
		v.text = fault ? NULL : arena_copy(a, v.text, strlen(v.text));
		return v;
	}
	v.text = NULL;
	if (path && *path)
		return env_read_secret(a, path);
	if (folder && *folder) {
		path = arena_printf(a, "%s/%s", folder, name);
		if (!access(path, F_OK))
			return env_read_secret(a, path);
	}
	return v;
}
