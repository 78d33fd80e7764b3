/* SPDX-License-Identifier: MIT */
/** @file text.h A string that grows, for messages, JSON and metrics. [any], one thread at a time. */
#ifndef CAM_LIB_TEXT_H
#define CAM_LIB_TEXT_H
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * Zero-initialise it. Without memory it stays as it is and remembers that: check `failed` once, at the end.
 */
struct text {
	char *data; /**< NUL-terminated when not NULL */
	size_t len, room;
	bool failed;
};

void text_add(struct text *, const char *s);
void text_add_n(struct text *, const char *s, size_t n);
void text_printf(struct text *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(struct text *, const char *fmt, va_list) __attribute__((format(printf, 2, 0)));
/** Add s as a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void text_json(struct text *, const char *s);
/** @return whether s is UTF-8 throughout (RFC 3629) */
bool text_is_utf8(const char *s);
/**
 * Put stars, at most 8, in the place of each password in a URL: rtsp://user:********@host/. For lines that hold values of
 * users, which may have put a URL where none belongs; of a URL that was cut off before its '@' too.
 */
void text_hide_logins(char *s);
/** @return the text, "" when empty; owned by the text */
const char *text_str(const struct text *);
/** @return the text, to be freed by the caller, NULL without memory; the text is empty afterwards */
char *text_take(struct text *);
void text_free(struct text *);
#endif
