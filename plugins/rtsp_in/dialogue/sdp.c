/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/dialogue/sdp.h"

#include "lib/hex.h"

#include "plugins/rtsp_in/dialogue/asc.h"

#include <errno.h>
#include <libavutil/base64.h>
#include <string.h>
#include <strings.h>

enum {
	TYPES_MAX = 4, /* payload types of a media line that are looked at */
	FMTP_MAX = 2, /* lines of parameters of one, likewise */
	SIDE_MAX = 16384, /* pixels, as in a parameter set */
	CLOCK_MAX = 1000000,
	CHANNELS_MAX = 8
};

/* A piece of the text; no NUL at its end. */
struct span {
	const char *p;
	size_t len;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct span trim(struct span s)
{
	while (s.len && is_blank(*s.p)) {
		s.p++;
		s.len--;
	}
	while (s.len && is_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

/* Cut off what stands before one of the characters, and that character. */
static struct span cut(struct span *rest, const char *at)
{
	struct span s = {rest->p, 0};

	while (s.len < rest->len && (!rest->p[s.len] || !strchr(at, rest->p[s.len])))
		s.len++;
	rest->p += s.len + (s.len < rest->len);
	rest->len -= s.len + (s.len < rest->len);
	return s;
}

/* The next line that is not empty. @return false: there is none */
static bool next_line(struct span *text, struct span *ret)
{
	while (text->len && (*text->p == '\r' || *text->p == '\n')) {
		text->p++;
		text->len--;
	}
	*ret = (struct span){text->p, 0};
	while (ret->len < text->len && text->p[ret->len] != '\r' && text->p[ret->len] != '\n')
		ret->len++;
	text->p += ret->len;
	text->len -= ret->len;
	return ret->len > 0;
}

static bool begins(struct span s, const char *with)
{
	size_t len = strlen(with);

	return s.len >= len && !strncasecmp(s.p, with, len);
}

static bool is(struct span s, const char *text)
{
	return s.len == strlen(text) && begins(s, text);
}

/* @return whether the whole span is a number up to max */
static bool number(struct span s, uint32_t max, uint32_t *ret)
{
	uint64_t n = 0;

	s = trim(s);
	if (!s.len)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(s.p[i] - '0');
		if (n > max)
			return false;
	}
	*ret = (uint32_t)n;
	return true;
}

/* The value of the n-th line a=NAME: @param type unless negative, the payload type that it must begin with */
static bool attribute(struct span text, const char *name, int type, unsigned n, struct span *ret)
{
	struct span line;

	while (next_line(&text, &line)) {
		uint32_t number_of;

		if (!begins(line, "a="))
			continue;
		line = (struct span){line.p + 2, line.len - 2};
		if (!is(trim(cut(&line, ":")), name))
			continue;
		line = trim(line);
		if (type >= 0 && (!number(cut(&line, " \t"), 127, &number_of) || (int)number_of != type))
			continue;
		if (!n--) {
			*ret = trim(line);
			return true;
		}
	}
	return false;
}

/* A parameter of the payload type's a=fmtp lines. */
static bool parameter(struct span text, int type, const char *key, struct span *ret)
{
	struct span line;

	for (unsigned n = 0; n < FMTP_MAX && attribute(text, "fmtp", type, n, &line); n++) {
		while (line.len) {
			struct span value = trim(cut(&line, ";")), name = trim(cut(&value, "="));

			if (!is(name, key))
				continue;
			*ret = trim(value);
			return true;
		}
	}
	return false;
}

static uint32_t parameter_number(
	struct span text, int type, const char *key, uint32_t otherwise, uint32_t max)
{
	struct span value;
	uint32_t n;

	if (!parameter(text, type, key, &value))
		return otherwise;
	return number(value, max, &n) ? n : max;
}

/* @return the bytes of a config=, 0: there is none, or it is damaged or oversized */
static size_t hex_parameter(struct span text, int type, uint8_t ret[ASC_MAX])
{
	struct span s;
	size_t n = 0;

	if (!parameter(text, type, "config", &s) || s.len / 2 > ASC_MAX)
		return 0;
	for (size_t i = 0; i + 1 < s.len; i += 2) {
		int byte = hex_byte(s.p + i);

		if (byte < 0)
			return 0;
		ret[n++] = (uint8_t)byte;
	}
	return n;
}

/* One parameter set in Base64, to Annex B. Those that are damaged, or do not fit, are left out. */
static void add_set(struct sdp_media *m, struct span s)
{
	static const uint8_t start[] = {0, 0, 0, 1};
	char text[SDP_CONFIG_MAX * 4 / 3 + 8];
	uint8_t *to = m->config + m->config_len + sizeof(start);
	size_t room = SDP_CONFIG_MAX - m->config_len;
	int len;

	if (!s.len || room <= sizeof(start) || AV_BASE64_DECODE_SIZE(s.len) > room - sizeof(start) ||
		memchr(s.p, '\0', s.len))
		return;
	memcpy(text, s.p, s.len);
	text[s.len] = '\0';
	len = av_base64_decode(to, text, (int)(room - sizeof(start)));
	if (len > 4 && !memcmp(to, start, sizeof(start))) {
		len -= 4;
		memmove(to, to + 4, (size_t)len);
	}
	if (len <= 1)
		return;
	memcpy(to - sizeof(start), start, sizeof(start));
	m->config_len += sizeof(start) + (size_t)len;
}

static void add_sets(struct sdp_media *m, struct span text, const char *key)
{
	struct span list;

	if (!parameter(text, m->payload_type, key, &list))
		return;
	while (list.len)
		add_set(m, trim(cut(&list, ",")));
}

static bool take_audio_config(struct sdp_media *m, const uint8_t *data, size_t len)
{
	struct asc asc;

	if (asc_read(data, len, &asc))
		return false;
	m->sample_rate = asc.sample_rate;
	if (asc.channels)
		m->channels = asc.channels;
	memcpy(m->config, data, len);
	m->config_len = len;
	return true;
}

/* RFC 3640 4.1. */
static bool read_aac(struct sdp_media *m, struct span text)
{
	int type = m->payload_type;
	uint8_t config[ASC_MAX];
	size_t len = hex_parameter(text, type, config);
	struct span mode = {"", 0};
	uint32_t size, index, delta;

	parameter(text, type, "mode", &mode);
	size = is(mode, "AAC-hbr") ? 13 : is(mode, "AAC-lbr") ? 6 : 0;
	index = size == 13 ? 3 : size ? 2 : 0;
	size = parameter_number(text, type, "sizeLength", size, 33);
	delta = parameter_number(text, type, "indexDeltaLength", index, 33);
	index = parameter_number(text, type, "indexLength", index, 33);
	if (size > 32 || index > 32 || delta > 32)
		return false;
	m->size_length = (uint8_t)size;
	m->index_length = (uint8_t)index;
	m->index_delta_length = (uint8_t)delta;
	if (!len)
		len = asc_make(m->clock, m->channels, config);
	return take_audio_config(m, config, len);
}

/* RFC 6416 7.3. The configuration stands in the stream unless cpresent=0. */
static bool read_latm(struct sdp_media *m, struct span text)
{
	uint8_t config[ASC_MAX], asc[ASC_MAX];
	size_t len = hex_parameter(text, m->payload_type, config);

	if (parameter_number(text, m->payload_type, "cpresent", 1, 1) != 0 || !len)
		return false;
	return take_audio_config(m, asc, asc_of_mux_config(config, len, asc));
}

static bool read_h264(struct sdp_media *m, struct span text)
{
	add_sets(m, text, "sprop-parameter-sets");
	return true;
}

static bool read_hevc(struct sdp_media *m, struct span text)
{
	add_sets(m, text, "sprop-vps");
	add_sets(m, text, "sprop-sps");
	add_sets(m, text, "sprop-pps");
	m->donl = parameter_number(text, m->payload_type, "sprop-max-don-diff", 0, 32767) > 0;
	return true;
}

static const struct codec {
	const char *name;
	uint32_t media, codec;
	enum sdp_packing packing;
	int fixed_type; /* of RFC 3551, -1: none */
	uint32_t clock; /* then */
	bool (*read)(struct sdp_media *, struct span text); /* @return whether it is one that we know */
} codecs[] = {
	{"H264", CAM_VIDEO, CAM_H264, SDP_H264, -1, 0, read_h264},
	{"H265", CAM_VIDEO, CAM_HEVC, SDP_HEVC, -1, 0, read_hevc},
	{"HEVC", CAM_VIDEO, CAM_HEVC, SDP_HEVC, -1, 0, read_hevc},
	{"JPEG", CAM_VIDEO, CAM_MJPG, SDP_JPEG, 26, 90000, NULL},
	{"MPEG4-GENERIC", CAM_AUDIO, CAM_AAC, SDP_AAC, -1, 0, read_aac},
	{"MP4A-LATM", CAM_AUDIO, CAM_AAC, SDP_LATM, -1, 0, read_latm},
	{"PCMU", CAM_AUDIO, CAM_PCMU, SDP_WHOLE, 0, 8000, NULL},
	{"PCMA", CAM_AUDIO, CAM_PCMA, SDP_WHOLE, 8, 8000, NULL},
	{"OPUS", CAM_AUDIO, CAM_OPUS, SDP_WHOLE, -1, 0, NULL},
};
enum { N_CODECS = sizeof(codecs) / sizeof(codecs[0]) };

/* By "NAME/CLOCK[/CHANNELS]", or without a map by number. */
static const struct codec *find_codec(struct sdp_media *m, struct span text)
{
	struct span map, name;

	m->channels = 1;
	if (attribute(text, "rtpmap", m->payload_type, 0, &map)) {
		name = trim(cut(&map, "/"));
		if (!number(cut(&map, "/"), CLOCK_MAX, &m->clock) || !m->clock)
			return NULL;
		if (map.len && (!number(map, CHANNELS_MAX, &m->channels) || !m->channels))
			return NULL;
		for (int i = 0; i < N_CODECS; i++)
			if (is(name, codecs[i].name))
				return &codecs[i];
		return NULL;
	}
	for (int i = 0; i < N_CODECS; i++)
		if (codecs[i].fixed_type == m->payload_type) {
			m->clock = codecs[i].clock;
			return &codecs[i];
		}
	return NULL;
}

static void read_size(struct sdp_media *m, struct span text)
{
	struct span s;
	uint32_t width, height;

	if (!attribute(text, "framesize", m->payload_type, 0, &s) &&
		!attribute(text, "x-dimensions", -1, 0, &s))
		return;
	if (!number(cut(&s, "-,"), SIDE_MAX, &width) || !number(s, SIDE_MAX, &height) || !width || !height)
		return;
	m->width = width;
	m->height = height;
}

static bool read_control(struct span text, char ret[URL_MAX])
{
	struct span s;

	ret[0] = '\0';
	if (!attribute(text, "control", -1, 0, &s))
		return true;
	if (s.len >= URL_MAX || memchr(s.p, '\0', s.len))
		return false;
	memcpy(ret, s.p, s.len);
	ret[s.len] = '\0';
	return true;
}

/* @param text the lines below the media line @return whether the payload type is one that we know */
static bool read_type(struct sdp_media *m, uint32_t media, uint32_t type, struct span text)
{
	const struct codec *c;

	memset(m, 0, sizeof(*m));
	m->payload_type = (uint8_t)type;
	c = find_codec(m, text);
	if (!c || c->media != media)
		return false;
	m->media = media;
	m->codec = c->codec;
	m->packing = c->packing;
	if (media == CAM_AUDIO)
		m->sample_rate = m->clock;
	else
		m->channels = 0;
	read_size(m, text);
	return read_control(text, m->control) && (!c->read || c->read(m, text));
}

/* "MEDIA PORT PROTOCOL TYPE…" @param text the lines below */
static void read_media(struct sdp *sdp, struct span line, struct span text)
{
	struct span media = cut(&line, " \t"), protocol;
	bool video = is(media, "video");
	bool *known = video ? &sdp->video_known : &sdp->audio_known;

	if (!video && !is(media, "audio"))
		return;
	*(video ? &sdp->has_video : &sdp->has_audio) = true;
	line = trim(line);
	cut(&line, " \t");
	line = trim(line);
	protocol = cut(&line, " \t");
	if (*known || !begins(protocol, "RTP/AVP"))
		return;
	for (int i = 0; i < TYPES_MAX && !*known && line.len; i++) {
		struct span word;
		uint32_t type;

		line = trim(line);
		word = cut(&line, " \t");
		if (number(word, 127, &type))
			*known = read_type(
				video ? &sdp->video : &sdp->audio, video ? CAM_VIDEO : CAM_AUDIO, type, text);
	}
}

/* Cut off everything before the next media line. */
static struct span cut_section(struct span *text)
{
	struct span s = {text->p, 0}, rest = *text, line;

	while (next_line(&rest, &line) && !begins(line, "m="))
		s.len = (size_t)(rest.p - s.p);
	text->p += s.len;
	text->len -= s.len;
	return s;
}

static bool is_media(struct span text)
{
	struct span line;

	return next_line(&text, &line);
}

int sdp_read(const char *text, size_t len, struct sdp *ret)
{
	struct span rest = {text, len}, section, first, line;

	memset(ret, 0, sizeof(*ret));
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) /* a byte order mark */
		rest = (struct span){text + 3, len - 3};
	section = cut_section(&rest);
	first = section;
	if (!(next_line(&first, &line) && begins(line, "v=")) && !is_media(rest))
		return -EPROTO;
	if (!read_control(section, ret->control))
		ret->control[0] = '\0';
	for (int i = 0; i < SDP_LINES_MAX && next_line(&rest, &line); i++) {
		section = cut_section(&rest);
		read_media(ret, (struct span){line.p + 2, line.len - 2}, section);
	}
	return 0;
}
