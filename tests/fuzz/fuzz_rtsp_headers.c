/* SPDX-License-Identifier: MIT */
/* Header fields of answers: challenges, Transport, Session, RTP-Info. Input: a value a line, each read as all of them. */
#include "plugins/rtsp_in/dialogue/auth.h"
#include "plugins/rtsp_in/dialogue/transport.h"
#include "tests/fuzz/fuzz.h"

enum { LINES_MAX = 4 };

static void answer(struct auth *a, size_t room)
{
	char text[2048], *fit = malloc(room);
	int err;

	HOLDS(fit);
	err = auth_answer(
		a, "me \"and\\you", "secret", "DESCRIBE", "rtsp://cam/live", "0123456789abcdef", fit, room);
	if (!err) {
		HOLDS(strnlen(fit, room) < room);
		snprintf(text, sizeof(text), "%s", fit);
		for (const char *p = text; *p; p++)
			HOLDS((unsigned char)*p >= ' ' && *p != 0x7f);
		HOLDS(!*text || !strncmp(text, "Basic ", 6) || !strncmp(text, "Digest username=\"", 17));
	}
	free(fit);
}

static void read_challenges(const struct wire_item *item)
{
	struct auth a = {0};

	for (int i = 0; i < 2; i++) {
		bool known = auth_challenge(&a, item);

		HOLDS(known == (a.scheme != AUTH_NONE) && a.scheme <= AUTH_DIGEST_SHA256);
		HOLDS(strnlen(a.realm, AUTH_TEXT_MAX) < AUTH_TEXT_MAX && !strpbrk(a.realm, "\"\\"));
		HOLDS(strnlen(a.nonce, AUTH_TEXT_MAX) < AUTH_TEXT_MAX && !strpbrk(a.nonce, "\"\\"));
		HOLDS(strnlen(a.opaque, AUTH_TEXT_MAX) < AUTH_TEXT_MAX && !strpbrk(a.opaque, "\"\\"));
		answer(&a, 2048);
		answer(&a, 100);
	}
}

static void read_line(const char *line)
{
	uint32_t timeout = 60;
	struct transport t;
	struct rtp_info info;
	char id[128];
	const char *rest = line;

	(void)transport_read(line, &t);
	if (!session_read(line, id, &timeout)) {
		HOLDS(*id && strnlen(id, sizeof(id)) < sizeof(id));
		for (const char *p = id; *p; p++)
			HOLDS(*p > ' ' && *p < 0x7f && !strchr("\",", *p));
	}
	while (rtp_info_next(&rest, &info)) {
		HOLDS(!info.url_len || (info.url >= line && info.url + info.url_len <= line + strlen(line)));
		rtp_info_is_of(&info, "/live/trackID=2");
		rtp_info_is_of(&info, "");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz f = {data, len};
	struct wire_item item = {.kind = WIRE_ANSWER, .status = 401};
	char *line[LINES_MAX];

	while (item.n_headers < LINES_MAX && f.len) {
		line[item.n_headers] = fuzz_line(&f);
		read_line(line[item.n_headers]);
		item.header[item.n_headers] = (struct wire_header){"WWW-Authenticate", line[item.n_headers]};
		item.n_headers++;
	}
	read_challenges(&item);
	while (item.n_headers)
		free(line[--item.n_headers]);
	return 0;
}
