/* SPDX-License-Identifier: MIT */
#include "plugins/recorder_mp4/mp4.h"

#include "plugins/lib/av/codec.h"
#include "plugins/recorder_mp4/names.h"

#include <errno.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if LIBAVFORMAT_VERSION_MAJOR >= 61
typedef const uint8_t io_byte;
#else
typedef uint8_t io_byte;
#endif

/* The muxer goes back to fill in the sizes of moov and moof, so either must fit here: a moof takes 16 bytes a sample. */
enum { IO_BYTES = 256 * 1024 };

struct mp4 {
	AVFormatContext *muxer;
	AVPacket *packet;
	int fd;
	int err; /* the first -errno of the file; nothing is written after it */
	int64_t written, good;
};

int64_t mp4_timescale(const struct mp4_format *format, enum mp4_track track)
{
	if (track == MP4_VIDEO)
		return MP4_VIDEO_TIMESCALE;
	return format->audio->codec == CAM_OPUS ? 48000 : format->audio->sample_rate;
}

/* The muxer's output. @return len, or an AVERROR, which is -errno */
static int on_write(void *self, io_byte *data, int len)
{
	struct mp4 *m = self;
	int done = 0;

	while (done < len && !m->err) {
		ssize_t n = write(m->fd, data + done, (size_t)(len - done));

		if (n > 0)
			done += (int)n;
		else if (n == 0)
			m->err = -EIO;
		else if (errno != EINTR)
			m->err = -errno;
	}
	m->written += done;
	return m->err ? m->err : len;
}

static int set_extradata(AVCodecParameters *par, const uint8_t *data, size_t len)
{
	par->extradata = av_mallocz(len + AV_INPUT_BUFFER_PADDING_SIZE);
	if (!par->extradata)
		return -ENOMEM;
	memcpy(par->extradata, data, len);
	par->extradata_size = (int)len;
	return 0;
}

static AVStream *new_stream(struct mp4 *m, const struct mp4_format *format, enum mp4_track track)
{
	AVStream *stream = avformat_new_stream(m->muxer, NULL);

	if (stream)
		stream->time_base = (AVRational){1, (int)mp4_timescale(format, track)};
	return stream;
}

static int add_video(struct mp4 *m, const struct mp4_format *format)
{
	AVStream *stream = new_stream(m, format, MP4_VIDEO);

	if (!stream)
		return -ENOMEM;
	stream->codecpar->codec_type = AVMEDIA_TYPE_VIDEO;
	stream->codecpar->width = (int)format->width;
	stream->codecpar->height = (int)format->height;
	stream->codecpar->codec_id = av_codec_id(format->video->codec);
	/* The name that Apple's players know HEVC by. */
	if (format->video->codec == CAM_HEVC)
		stream->codecpar->codec_tag = MKTAG('h', 'v', 'c', '1');
	if (!format->parameter_sets_len)
		return 0;
	return set_extradata(stream->codecpar, format->parameter_sets, format->parameter_sets_len);
}

/* OpusHead, RFC 7845 section 5.1, for sources that do not bring one. */
static int set_opus_head(AVCodecParameters *par, const struct cam_caps *caps)
{
	uint8_t head[19] = {'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1};

	if (caps->extradata_len >= sizeof(head) && caps->extradata_len < 1024)
		return set_extradata(par, caps->extradata, caps->extradata_len);
	head[9] = (uint8_t)caps->channels;
	for (int i = 0; i < 4; i++)
		head[12 + i] = (uint8_t)(caps->sample_rate >> (8 * i));
	return set_extradata(par, head, sizeof(head));
}

static int add_audio(struct mp4 *m, const struct mp4_format *format)
{
	AVStream *stream = new_stream(m, format, MP4_AUDIO);
	AVCodecParameters *par;

	if (!stream)
		return -ENOMEM;
	par = stream->codecpar;
	par->codec_type = AVMEDIA_TYPE_AUDIO;
	par->codec_id = av_codec_id(format->audio->codec);
	par->sample_rate = (int)mp4_timescale(format, MP4_AUDIO);
	av_channel_layout_default(&par->ch_layout, (int)format->audio->channels);
	if (format->audio->codec == CAM_OPUS) {
		par->frame_size = 960;
		return set_opus_head(par, format->audio);
	}
	par->frame_size = 1024;
	return set_extradata(par, format->audio->extradata, format->audio->extradata_len);
}

static void set_creation_time(struct mp4 *m, int64_t wall_ns)
{
	char text[NAME_UTC_BYTES];

	av_dict_set(&m->muxer->metadata, "creation_time", name_utc(wall_ns / CAM_SECOND, text), 0);
}

static int open_io(struct mp4 *m)
{
	uint8_t *buffer = av_malloc(IO_BYTES);

	if (!buffer)
		return -ENOMEM;
	m->muxer->pb = avio_alloc_context(buffer, IO_BYTES, 1, m, NULL, on_write, NULL);
	if (!m->muxer->pb) {
		av_free(buffer);
		return -ENOMEM;
	}
	m->muxer->flags |= AVFMT_FLAG_CUSTOM_IO;
	/* Time begins at 0 without an edit list, which this muxer could not write in an empty moov. */
	m->muxer->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
	return 0;
}

static int write_header(struct mp4 *m)
{
	AVDictionary *options = NULL;
	int err;

	av_dict_set(&options, "movflags", "empty_moov+default_base_moof+frag_custom+frag_discont", 0);
	av_dict_set(&options, "use_editlist", "0", 0);
	err = avformat_write_header(m->muxer, &options);
	av_dict_free(&options);
	if (err == AVERROR(ENOMEM))
		return -ENOMEM;
	return m->err ? m->err : err < 0 ? -EINVAL : 0;
}

int mp4_new(int fd, const struct mp4_format *format, struct mp4 **ret)
{
	struct mp4 *m = calloc(1, sizeof(*m));
	int err = 0;

	if (!m)
		return -ENOMEM;
	m->fd = fd;
	m->packet = av_packet_alloc();
	if (!m->packet || avformat_alloc_output_context2(&m->muxer, NULL, "mp4", NULL) < 0)
		err = -ENOMEM;
	if (!err)
		err = open_io(m);
	if (!err)
		err = add_video(m, format);
	if (!err && format->audio)
		err = add_audio(m, format);
	if (!err) {
		set_creation_time(m, format->wall_ns);
		err = write_header(m);
	}
	if (err) {
		mp4_free(m);
		return err;
	}
	*ret = m;
	return 0;
}

int mp4_add(struct mp4 *m, enum mp4_track track, const struct cam_buf *buf, struct mp4_time time)
{
	int err;

	if (m->err)
		return m->err;
	if (!buf->plane[0].len || buf->plane[0].len > INT32_MAX)
		return 0;
	m->packet->data = (uint8_t *)(uintptr_t)buf->plane[0].data;
	m->packet->size = (int)buf->plane[0].len;
	m->packet->stream_index = (int)track;
	m->packet->dts = time.dts;
	m->packet->pts = time.pts;
	m->packet->duration = time.duration;
	m->packet->flags = track == MP4_AUDIO || buf->flags & CAM_KEY ? AV_PKT_FLAG_KEY : 0;
	/* The packet owns nothing: the muxer copies what it needs before this returns. */
	err = av_write_frame(m->muxer, m->packet);
	if (err < 0 && !m->err)
		m->err = err == AVERROR(ENOMEM) ? -ENOMEM : -EINVAL;
	return m->err;
}

static int write_out(struct mp4 *m, bool sync)
{
	avio_flush(m->muxer->pb);
	if (!m->err && sync && fdatasync(m->fd))
		m->err = -errno;
	if (!m->err)
		m->good = m->written;
	return m->err;
}

int mp4_flush(struct mp4 *m, bool sync)
{
	int err = m->err ? m->err : av_write_frame(m->muxer, NULL);

	if (err < 0 && !m->err)
		m->err = err == AVERROR(ENOMEM) ? -ENOMEM : -EINVAL;
	if (m->err)
		return m->err;
	/* Each fragment states its own time, so that no rounding or gap shifts what follows. */
	av_opt_set(m->muxer->priv_data, "movflags", "+frag_discont", 0);
	return write_out(m, sync);
}

int mp4_finish(struct mp4 *m)
{
	int err = m->err ? m->err : av_write_trailer(m->muxer);

	if (err < 0 && !m->err)
		m->err = err == AVERROR(ENOMEM) ? -ENOMEM : -EINVAL;
	return m->err ? m->err : write_out(m, true);
}

int64_t mp4_good_bytes(const struct mp4 *m)
{
	return m->good;
}

void mp4_free(struct mp4 *m)
{
	if (!m)
		return;
	m->err = m->err ? m->err : -ECANCELED;
	if (m->muxer && m->muxer->pb) {
		av_freep(&m->muxer->pb->buffer);
		avio_context_free(&m->muxer->pb);
	}
	avformat_free_context(m->muxer);
	av_packet_free(&m->packet);
	free(m);
}
