/* SPDX-License-Identifier: MIT */
/*
 * The floor of viewing: the least that a process can do with the same libraries for the same pictures. Takes an H.264
 * stream as it comes, decodes every frame, scales and JPEG-encodes FPS of them a second, and writes each JPEG to its
 * connections. Range and matrix are converted by core/media/colour.c, since swscale takes ten times as long for it.
 *
 *     peer_view URL WIDTH HEIGHT FPS QUALITY CONNECTIONS     prints "ready PORT", then waits for the connections,
 *                                                            whose requests it does not read
 */
#include "bench/stream.h"
#include "core/media/colour.h"

#include <arpa/inet.h>
#include <libavcodec/avcodec.h>
#include <libswscale/swscale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <turbojpeg.h>
#include <unistd.h>

enum { MOST = 64, CLOCK = 90000 };

struct peer {
	struct stream in;
	AVCodecContext *decoder;
	struct SwsContext *scaler;
	struct colour colour;
	tjhandle encoder;
	struct colour_planes planes;
	unsigned char *jpeg;
	unsigned long room;
	int width, height, fps, quality;
	int64_t shown; /* the last picture's turn; -1: none yet */
	int out[MOST], n_out;
};

static int open_decoder(struct peer *p)
{
	const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_H264);

	p->decoder = codec ? avcodec_alloc_context3(codec) : NULL;
	if (!p->decoder)
		return -1;
	p->decoder->thread_count = 1;
	return avcodec_open2(p->decoder, codec, NULL) < 0 ? -1 : 0;
}

static int open_encoder(struct peer *p)
{
	for (int i = 0; i < 3; i++) {
		p->planes.stride[i] = i ? p->width / 2 : p->width;
		p->planes.data[i] = malloc((size_t)p->planes.stride[i] * (size_t)p->height + 64);
		if (!p->planes.data[i])
			return -1;
	}
	p->room = tjBufSize(p->width, p->height, TJSAMP_420);
	p->jpeg = malloc(p->room);
	p->encoder = tjInitCompress();
	return p->encoder && p->jpeg ? 0 : -1;
}

static int open_scaler(struct peer *p, const AVFrame *f)
{
	const int *table = sws_getCoefficients(SWS_CS_ITU601);

	p->scaler = sws_getContext(f->width, f->height, (enum AVPixelFormat)f->format, p->width, p->height,
		AV_PIX_FMT_YUV420P, SWS_AREA, NULL, NULL, NULL);
	if (!p->scaler)
		return -1;
	/* The same on both sides, so that nothing but the size is changed. */
	sws_setColorspaceDetails(p->scaler, table, 0, table, 0, 0, 1 << 16, 1 << 16);
	p->colour = colour_from(f->colorspace == AVCOL_SPC_BT709 ? COLOUR_709 : COLOUR_601,
		f->color_range == AVCOL_RANGE_JPEG);
	return 0;
}

static int send_all(int fd, const void *data, size_t len, int flags)
{
	while (len) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL | flags);

		if (n <= 0)
			return -1;
		data = (const char *)data + n;
		len -= (size_t)n;
	}
	return 0;
}

static int show(struct peer *p, const AVFrame *f)
{
	unsigned long len = p->room;
	char head[128];
	int n;

	if (!p->scaler && open_scaler(p, f) < 0)
		return -1;
	sws_scale(p->scaler, (const uint8_t *const *)f->data, f->linesize, 0, f->height, p->planes.data,
		p->planes.stride);
	if (!p->colour.same)
		colour_convert(&p->colour, &p->planes, &p->planes, p->width, p->height);
	if (tjCompressFromYUVPlanes(p->encoder, (const unsigned char **)p->planes.data, p->width,
		    p->planes.stride, p->height, TJSAMP_420, &p->jpeg, &len, p->quality,
		    TJFLAG_NOREALLOC | TJFLAG_ACCURATEDCT))
		return -1;
	n = snprintf(
		head, sizeof(head), "--f\r\nContent-Type: image/jpeg\r\nContent-Length: %lu\r\n\r\n", len);
	for (int i = 0; i < p->n_out; i++)
		if (send_all(p->out[i], head, (size_t)n, MSG_MORE) ||
			send_all(p->out[i], p->jpeg, len, MSG_MORE) || send_all(p->out[i], "\r\n", 2, 0))
			return -1;
	return 0;
}

/* Every frame is decoded; one is shown when its turn has come. */
static int take(struct peer *p, const AVFrame *f)
{
	int64_t turn = f->pts * p->fps / CLOCK;

	if (turn == p->shown)
		return 0;
	p->shown = turn;
	return show(p, f);
}

static int run(struct peer *p)
{
	AVPacket *pkt = av_packet_alloc();
	AVFrame *frame = av_frame_alloc();
	const uint8_t *unit;
	uint32_t stamp;
	size_t len;
	int err = pkt && frame ? 0 : -1;

	while (!err && (unit = stream_unit(&p->in, &len, &stamp))) {
		/* Without a buffer behind it FFmpeg makes a copy of its own, which costs 20 us a second. */
		pkt->data = (uint8_t *)(uintptr_t)unit;
		pkt->size = (int)len;
		pkt->pts = pkt->dts = stamp;
		if (avcodec_send_packet(p->decoder, pkt) < 0)
			continue; /* before the first keyframe */
		while (!err && avcodec_receive_frame(p->decoder, frame) >= 0)
			err = take(p, frame);
	}
	av_packet_free(&pkt);
	av_frame_free(&frame);
	return err;
}

static int accept_all(struct peer *p)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	static const char head[] =
		"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=f\r\n\r\n";
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0), n = p->n_out;

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, MOST) ||
		getsockname(fd, (struct sockaddr *)&at, &len))
		return -1;
	printf("ready %d\n", ntohs(at.sin_port));
	fflush(stdout);
	for (p->n_out = 0; p->n_out < n; p->n_out++)
		if ((p->out[p->n_out] = accept(fd, NULL, NULL)) < 0 ||
			send_all(p->out[p->n_out], head, sizeof(head) - 1, 0))
			return -1;
	return close(fd);
}

int main(int argc, char **argv)
{
	struct peer p = {.shown = -1};

	if (argc != 7) {
		fprintf(stderr, "usage: peer_view URL WIDTH HEIGHT FPS QUALITY CONNECTIONS\n");
		return 2;
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	p.width = (int)strtol(argv[2], NULL, 10);
	p.height = (int)strtol(argv[3], NULL, 10);
	p.fps = (int)strtol(argv[4], NULL, 10);
	p.quality = (int)strtol(argv[5], NULL, 10);
	p.n_out = (int)strtol(argv[6], NULL, 10);
	if (p.width < 2 || p.height < 2 || p.fps < 1 || p.n_out < 0 || p.n_out > MOST || open_decoder(&p) ||
		open_encoder(&p) || accept_all(&p) || stream_open(&p.in, argv[1], 0)) {
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it ends with the process */
		fprintf(stderr, "peer_view: cannot show %s\n", argv[1]);
		return 1;
	}
	return run(&p) ? 1 : 0;
}
