/* SPDX-License-Identifier: MIT */
/*
 * The whole dialogue with a camera: what it says, and what is answered. Input: a byte for the client's options and the
 * pieces, then the camera's stream.
 */
#include "plugins/rtsp_in/test/test_camera.h"
#include "tests/fuzz/fuzz.h"

enum { UDP = 1, AUDIO = 2, LOGIN = 4, IN_PIECES = 8 };

static void open_camera(struct camera *c, uint8_t how)
{
	static struct wire first; /* whose memory is kept */
	struct client_config config = {.url = &c->url,
		.udp = how & UDP,
		.audio = how & AUDIO,
		.bind_pair = camera_bind,
		.random = camera_random,
		.arg = c};

	HOLDS(first.buf || !wire_init(&first));
	memset(c, 0, sizeof(*c));
	c->wire = first;
	url_parse("rtsp://cam/live", how & LOGIN ? "me" : "", how & LOGIN ? "Secret7" : "", &c->url);
	client_begin(&c->client, &config, &c->wire);
}

/* What is sent are whole messages of ours to the one host, without a line that the camera made or the password. */
static void look(struct camera *c, const struct fuzz *input)
{
	static const char *const methods[] = {
		"OPTIONS ", "DESCRIBE ", "SETUP ", "PLAY ", "GET_PARAMETER ", "TEARDOWN ", "RTSP/1.0 "};
	const char *p;

	HOLDS(c->client.out_len < sizeof(c->request));
	p = camera_request(c);
	HOLDS(!strstr(p, "Secret7") || memmem(input->data, input->len, "Secret7", 7));
	while (*p) {
		const char *end = strstr(p, "\r\n\r\n");
		bool known = false, is_request = strncmp(p, "RTSP/", 5) != 0;

		HOLDS(end);
		for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
			known |= !strncmp(p, methods[i], strlen(methods[i]));
		HOLDS(known);
		if (is_request)
			HOLDS(!strncmp(strchr(p, ' '), " rtsp://cam", 11));
		for (; p < end + 4; p++)
			HOLDS(((unsigned char)*p >= ' ' && *p != 0x7f) || *p == '\r' || *p == '\n');
	}
}

static void look_at_fault(const struct fault *fault)
{
	if (fault)
		HOLDS(fault->err < 0 && *fault->text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct camera c;
	const struct fuzz input = {data, len};
	struct fuzz f = input;
	uint8_t how = fuzz_byte(&f);
	const struct fault *fault = NULL;

	open_camera(&c, how);
	look(&c, &input);
	while (f.len && !fault) {
		size_t n = how & IN_PIECES ? 1 + f.data[0] % 128u : f.len;

		n = n < f.len ? n : f.len;
		fault = camera_feed(&c, f.data, n);
		look_at_fault(fault);
		look(&c, &input);
		HOLDS(c.client.retry_after_s <= 3600 && c.wire.skipped <= WIRE_SKIP_MAX + len);
		if (c.client.state == CLIENT_PLAYING && n % 2)
			client_keepalive(&c.client);
		f.data += n;
		f.len -= n;
	}
	client_close(&c.client);
	look(&c, &input);
	return 0;
}
