/* SPDX-License-Identifier: MIT */
/*
 * The other side of the viewing benchmarks: the least that a process can do with the same libraries. Reads an RTSP
 * stream, decodes every frame, scales and JPEG-encodes ten a second, and writes each JPEG to its connections.
 *
 *     peer_view URL WIDTH HEIGHT FPS QUALITY CONNECTIONS     prints "ready PORT", then waits for the connections
 */
#include <arpa/inet.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <turbojpeg.h>
#include <unistd.h>

enum { MOST = 64 };

struct peer {
	AVFormatContext *in;
	AVCodecContext *decoder;
	struct SwsContext *scaler;
	tjhandle encoder;
	unsigned char *planes[3];
	int strides[3];
	int width, height, fps, quality;
	int track;
	int64_t next; /* pts of the next picture to show */
	int out[MOST], n_out;
};

static int open_stream(struct peer *p, const char *url)
{
	AVDictionary *options = NULL;
	const AVCodec *codec;
	int err;

	av_dict_set(&options, "rtsp_transport", "tcp", 0);
	err = avformat_open_input(&p->in, url, NULL, &options);
	av_dict_free(&options);
	if (err < 0 || avformat_find_stream_info(p->in, NULL) < 0)
		return -1;
	p->track = av_find_best_stream(p->in, AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
	if (p->track < 0 || !(p->decoder = avcodec_alloc_context3(codec)))
		return -1;
	avcodec_parameters_to_context(p->decoder, p->in->streams[p->track]->codecpar);
	p->decoder->thread_count = 1;
	return avcodec_open2(p->decoder, codec, NULL) < 0 ? -1 : 0;
}

static int open_encoder(struct peer *p)
{
	for (int i = 0; i < 3; i++) {
		p->strides[i] = i ? p->width / 2 : p->width;
		p->planes[i] = malloc((size_t)p->strides[i] * (size_t)p->height + 64);
		if (!p->planes[i])
			return -1;
	}
	p->encoder = tjInitCompress();
	return p->encoder ? 0 : -1;
}

static int open_scaler(struct peer *p, const AVFrame *f)
{
	const int *from =
		sws_getCoefficients(f->colorspace == AVCOL_SPC_BT709 ? SWS_CS_ITU709 : SWS_CS_ITU601);

	p->scaler = sws_getContext(f->width, f->height, (enum AVPixelFormat)f->format, p->width, p->height,
		AV_PIX_FMT_YUV420P, SWS_AREA, NULL, NULL, NULL);
	if (!p->scaler)
		return -1;
	return sws_setColorspaceDetails(
		p->scaler, from, 0, sws_getCoefficients(SWS_CS_ITU601), 1, 0, 1 << 16, 1 << 16);
}

static int send_all(int fd, const unsigned char *data, unsigned long len)
{
	while (len) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n <= 0)
			return -1;
		data += n;
		len -= (unsigned long)n;
	}
	return 0;
}

static int show(struct peer *p, const AVFrame *f)
{
	unsigned char *jpeg = NULL;
	unsigned long len = 0;
	int err;

	if (!p->scaler && open_scaler(p, f) < 0)
		return -1;
	sws_scale(
		p->scaler, (const uint8_t *const *)f->data, f->linesize, 0, f->height, p->planes, p->strides);
	err = tjCompressFromYUVPlanes(p->encoder, (const unsigned char **)p->planes, p->width, p->strides,
		p->height, TJSAMP_420, &jpeg, &len, p->quality, TJFLAG_ACCURATEDCT);
	for (int i = 0; i < p->n_out && !err; i++)
		err = send_all(p->out[i], jpeg, len);
	tjFree(jpeg);
	return err;
}

/* Every frame is decoded; one is shown when its time has come. */
static int take(struct peer *p, const AVFrame *f)
{
	AVRational base = p->in->streams[p->track]->time_base;
	int64_t step = av_rescale_q(1, (AVRational){1, p->fps}, base);

	if (f->pts != AV_NOPTS_VALUE && f->pts < p->next)
		return 0;
	p->next = f->pts == AV_NOPTS_VALUE ? 0 : f->pts > p->next + step ? f->pts + step : p->next + step;
	return show(p, f);
}

static int run(struct peer *p)
{
	AVPacket *pkt = av_packet_alloc();
	AVFrame *frame = av_frame_alloc();
	int err = pkt && frame ? 0 : -1;

	while (!err && av_read_frame(p->in, pkt) >= 0) {
		if (pkt->stream_index == p->track && avcodec_send_packet(p->decoder, pkt) >= 0)
			while (!err && avcodec_receive_frame(p->decoder, frame) >= 0)
				err = take(p, frame);
		av_packet_unref(pkt);
	}
	av_packet_free(&pkt);
	av_frame_free(&frame);
	return err;
}

static int accept_all(struct peer *p)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0), n = p->n_out;

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, MOST) ||
		getsockname(fd, (struct sockaddr *)&at, &len))
		return -1;
	printf("ready %d\n", ntohs(at.sin_port));
	fflush(stdout);
	for (p->n_out = 0; p->n_out < n; p->n_out++)
		if ((p->out[p->n_out] = accept(fd, NULL, NULL)) < 0)
			return -1;
	return close(fd);
}

int main(int argc, char **argv)
{
	struct peer p = {0};

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
	if (p.width < 2 || p.height < 2 || p.fps < 1 || p.n_out < 0 || p.n_out > MOST || accept_all(&p) ||
		open_stream(&p, argv[1]) || open_encoder(&p)) {
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it ends with the process */
		fprintf(stderr, "peer_view: cannot show %s\n", argv[1]);
		return 1;
	}
	return run(&p) ? 1 : 0;
}
