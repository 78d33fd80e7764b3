/* SPDX-License-Identifier: MIT */
#include "plugins/rtsp_in/dialogue/transport.h"

#include "plugins/rtsp_in/dialogue/url.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* One part of a text between separators. */
struct part {
	const char *p;
	size_t len;
};

static struct part trim(const char *p, size_t len)
{
	while (len && (*p == ' ' || *p == '\t')) {
		p++;
		len--;
	}
	while (len && (p[len - 1] == ' ' || p[len - 1] == '\t'))
		len--;
	return (struct part){p, len};
}

/* Up to one of the characters; *text then stands at it, or at the end. */
static struct part take(const char **text, const char *until)
{
	size_t len = strcspn(*text, until);
	struct part part = trim(*text, len);

	*text += len;
	return part;
}

static bool begins(struct part p, const char *with)
{
	size_t len = strlen(with);

	return p.len >= len && !strncasecmp(p.p, with, len);
}

static bool is(struct part p, const char *text)
{
	return p.len == strlen(text) && begins(p, text);
}

/* The value of "NAME=VALUE", quotes or not. @return false: another name */
static bool value_of(struct part p, const char *name, struct part *ret)
{
	size_t len = strlen(name);

	if (!begins(p, name) || p.len == len || p.p[len] != '=')
		return false;
	*ret = trim(p.p + len + 1, p.len - len - 1);
	if (ret->len >= 2 && ret->p[0] == '"' && ret->p[ret->len - 1] == '"')
		*ret = (struct part){ret->p + 1, ret->len - 2};
	return true;
}

/* @return the number in front; *ret_len: of its digits, 0: there is none up to max */
static uint32_t digits(struct part p, unsigned base, uint32_t max, size_t *ret_len)
{
	static const char all[] = "0123456789abcdef";
	uint64_t n = 0;
	size_t i;

	*ret_len = 0;
	for (i = 0; i < p.len; i++) {
		const char *found =
			p.p[i] ? strchr(all, p.p[i] >= 'A' && p.p[i] <= 'F' ? p.p[i] | 0x20 : p.p[i]) : NULL;

		if (!found || found - all >= (int)base)
			break;
		n = n * base + (uint64_t)(found - all);
		if (n > max)
			return 0;
	}
	*ret_len = i;
	return (uint32_t)n;
}

/* @return whether all of it is a number up to max */
static bool number(struct part p, unsigned base, uint32_t max, uint32_t *ret)
{
	size_t len;

	*ret = digits(p, base, max, &len);
	return len && len == p.len;
}

/* "4-5", or "4" for the same. @return false: none of both up to max */
static bool pair(struct part p, uint32_t max, uint32_t *ret_first, uint32_t *ret_second)
{
	size_t len;

	*ret_first = digits(p, 10, max, &len);
	if (!len)
		return false;
	*ret_second = *ret_first + 1;
	if (len == p.len)
		return *ret_second <= max;
	return p.p[len] == '-' && number((struct part){p.p + len + 1, p.len - len - 1}, 10, max, ret_second);
}

static int take_transport(struct transport *t, struct part p)
{
	struct part value;
	uint32_t first, second;

	if (is(p, "multicast")) {
		t->multicast = true;
	} else if (value_of(p, "interleaved", &value)) {
		if (!pair(value, 255, &first, &second))
			return -EPROTO;
		t->has_channels = t->tcp = true;
		t->channel = (uint8_t)first;
		t->rtcp_channel = (uint8_t)second;
	} else if (value_of(p, "server_port", &value)) {
		t->udp = true;
		if (pair(value, 65535, &first, &second) && first) {
			t->rtp_port = (uint16_t)first;
			t->rtcp_port = (uint16_t)second;
		}
	} else if (value_of(p, "ssrc", &value)) {
		t->has_ssrc = number(value, 16, UINT32_MAX, &t->ssrc);
	}
	return 0;
}

int transport_read(const char *text, struct transport *ret)
{
	struct part protocol = take(&text, ";,");

	memset(ret, 0, sizeof(*ret));
	ret->tcp = is(protocol, "RTP/AVP/TCP");
	ret->udp = is(protocol, "RTP/AVP/UDP");
	while (*text == ';') {
		text++;
		if (take_transport(ret, take(&text, ";,")))
			return -EPROTO;
	}
	return 0;
}

int session_read(const char *text, char ret_id[128], uint32_t *ret_timeout_s)
{
	struct part id = take(&text, ";"), value;
	uint32_t n;

	if (!id.len || id.len > 127)
		return -EPROTO;
	for (size_t i = 0; i < id.len; i++)
		if (id.p[i] <= ' ' || id.p[i] >= 0x7f || id.p[i] == '"' || id.p[i] == ',')
			return -EPROTO;
	memcpy(ret_id, id.p, id.len);
	ret_id[id.len] = '\0';
	while (*text == ';') {
		text++;
		if (value_of(take(&text, ";"), "timeout", &value) && number(value, 10, 1000000, &n) && n)
			*ret_timeout_s = n;
	}
	return 0;
}

bool rtp_info_next(const char **text, struct rtp_info *ret)
{
	struct part value;
	uint32_t n;

	memset(ret, 0, sizeof(*ret));
	ret->url = "";
	*text += strspn(*text, ", \t");
	if (!**text)
		return false;
	while (**text && **text != ',') {
		struct part p = take(text, ";,");

		*text += **text == ';';
		if (value_of(p, "url", &value)) {
			ret->url = value.p;
			ret->url_len = value.len;
		} else if (value_of(p, "seq", &value) && number(value, 10, 65535, &n)) {
			ret->has_seq = true;
			ret->seq = (uint16_t)n;
		} else if (value_of(p, "rtptime", &value) && number(value, 10, UINT32_MAX, &n)) {
			ret->has_rtptime = true;
			ret->rtptime = n;
		}
	}
	return true;
}

bool rtp_info_is_of(const struct rtp_info *info, const char *path)
{
	char url[URL_MAX];
	const char *own, *longer, *shorter;
	size_t own_len, path_len = strlen(path), more;

	if (!info->url_len || info->url_len >= sizeof(url))
		return false;
	memcpy(url, info->url, info->url_len);
	url[info->url_len] = '\0';
	own = url_path(url) ? url_path(url) : url;
	own_len = strlen(own);
	if (!own_len || !path_len)
		return own_len == path_len;
	longer = own_len > path_len ? own : path;
	shorter = own_len > path_len ? path : own;
	more = own_len > path_len ? own_len - path_len : path_len - own_len;
	return !strcmp(longer + more, shorter) && (!more || *shorter == '/' || longer[more - 1] == '/');
}
