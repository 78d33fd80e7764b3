/* SPDX-License-Identifier: MIT */
/*
 * Prints where each member of each struct of the plugin ABI lies, and what its constants are, of the header that it is
 * built against: a section of table.txt. See test_table.py.
 */
#include <cam/plugin.h>

#include <stdio.h>

#define S(T) printf("struct %s %zu %zu\n", #T, sizeof(struct T), _Alignof(struct T))
#define M(T, m) printf("  %s %zu %zu\n", #m, offsetof(struct T, m), sizeof(((struct T *)0)->m))
#define V(name) printf("%s %llu\n", #name, (unsigned long long)(name))

static void data(void)
{
	S(cam_caps), M(cam_caps, size), M(cam_caps, form), M(cam_caps, media), M(cam_caps, codec);
	M(cam_caps, width), M(cam_caps, height), M(cam_caps, fps_num), M(cam_caps, fps_den);
	M(cam_caps, sample_rate), M(cam_caps, channels), M(cam_caps, extradata), M(cam_caps, extradata_len);
	S(cam_plane), M(cam_plane, data), M(cam_plane, len), M(cam_plane, stride);
	S(cam_buf), M(cam_buf, size), M(cam_buf, flags), M(cam_buf, track), M(cam_buf, n_planes);
	M(cam_buf, seq), M(cam_buf, pts_ns), M(cam_buf, dts_ns), M(cam_buf, arrival_ns);
	M(cam_buf, wall_ns), M(cam_buf, caps), M(cam_buf, plane);
	S(cam_want), M(cam_want, size), M(cam_want, form), M(cam_want, codec), M(cam_want, media);
	M(cam_want, width), M(cam_want, height), M(cam_want, max_fps_num), M(cam_want, max_fps_den);
	M(cam_want, quality), M(cam_want, since_ns), M(cam_want, drop), M(cam_want, queue_items);
	M(cam_want, queue_bytes), M(cam_want, queue_age_ns), M(cam_want, batch_ns), M(cam_want, into);
#if CAM_ABI_MINOR >= 2
	M(cam_want, user), M(cam_want, owner), M(cam_want, from_ns), M(cam_want, until_ns);
#endif
}

static void tables(void)
{
	S(cam_enum), M(cam_enum, name), M(cam_enum, value), M(cam_enum, help);
	S(cam_opt), M(cam_opt, name), M(cam_opt, type), M(cam_opt, flags), M(cam_opt, offset),
		M(cam_opt, def);
	M(cam_opt, min), M(cam_opt, max), M(cam_opt, unit), M(cam_opt, values), M(cam_opt, help);
	S(cam_stat), M(cam_stat, name), M(cam_stat, kind), M(cam_stat, help);
	S(cam_why), M(cam_why, option), M(cam_why, text);
	S(cam_request), M(cam_request, size), M(cam_request, method), M(cam_request, path);
	M(cam_request, query), M(cam_request, tail);
#if CAM_ABI_MINOR >= 3
	M(cam_request, body), M(cam_request, body_len), M(cam_request, headers), M(cam_request, peer);
	M(cam_request, who), M(cam_request, camera);
#endif
	S(cam_reply), M(cam_reply, size), M(cam_reply, status), M(cam_reply, type), M(cam_reply, data);
	M(cam_reply, len), M(cam_reply, fd), M(cam_reply, fd_from), M(cam_reply, fd_len);
	M(cam_reply, release), M(cam_reply, arg);
#if CAM_ABI_MINOR >= 2
	M(cam_reply, file);
#endif
#if CAM_ABI_MINOR >= 3
	M(cam_reply, headers), M(cam_reply, more), M(cam_reply, stream);
#endif
	S(cam_route), M(cam_route, method), M(cam_route, pattern), M(cam_route, help), M(cam_route, handle);
#if CAM_ABI_MINOR >= 3
	M(cam_route, right), M(cam_route, body_max);
#endif
#if CAM_ABI_MINOR >= 1
	S(cam_operation), M(cam_operation, path), M(cam_operation, json);
#endif
	S(cam_camera), M(cam_camera, size), M(cam_camera, name), M(cam_camera, error), M(cam_camera, state);
	M(cam_camera, codec), M(cam_camera, width), M(cam_camera, height), M(cam_camera, fps);
	M(cam_camera, bits_per_second), M(cam_camera, packets), M(cam_camera, dropped);
	M(cam_camera, repaired), M(cam_camera, subscribers), M(cam_camera, decoders);
#if CAM_ABI_MINOR >= 2
	M(cam_camera, clock_rate), M(cam_camera, jitter), M(cam_camera, absent), M(cam_camera, repeated);
	M(cam_camera, set), M(cam_camera, back), M(cam_camera, early), M(cam_camera, late);
#endif
}

#if CAM_ABI_MINOR >= 3
static void events(void)
{
	S(cam_box), M(cam_box, x), M(cam_box, y), M(cam_box, width), M(cam_box, height), M(cam_box, score);
	M(cam_box, label);
	S(cam_event), M(cam_event, size), M(cam_event, phase), M(cam_event, id), M(cam_event, topic);
	M(cam_event, label), M(cam_event, camera), M(cam_event, node), M(cam_event, pts_ns);
	M(cam_event, arrival_ns), M(cam_event, wall_ns), M(cam_event, score), M(cam_event, peak);
	M(cam_event, n_boxes), M(cam_event, boxes), M(cam_event, picture), M(cam_event, json);
	S(cam_topic), M(cam_topic, name), M(cam_topic, help), M(cam_topic, labels), M(cam_topic, json);
	S(cam_header), M(cam_header, name), M(cam_header, value);
}
#endif

static void host(void)
{
	S(cam_host), M(cam_host, size), M(cam_host, abi), M(cam_host, name), M(cam_host, camera);
	M(cam_host, loop), M(cam_host, log), M(cam_host, error), M(cam_host, state), M(cam_host, fail);
	M(cam_host, stopping), M(cam_host, stat), M(cam_host, post), M(cam_host, tick_at);
	M(cam_host, caps_new), M(cam_host, caps_ref), M(cam_host, caps_unref), M(cam_host, buf_new);
	M(cam_host, buf_ref), M(cam_host, buf_unref), M(cam_host, publish), M(cam_host, subscribe);
	M(cam_host, unsubscribe), M(cam_host, resume), M(cam_host, cameras), M(cam_host, request);
#if CAM_ABI_MINOR >= 1
	M(cam_host, retry_after);
#endif
#if CAM_ABI_MINOR >= 2
	M(cam_host, user), M(cam_host, read_file), M(cam_host, close_file), M(cam_host, shm_bytes);
#endif
#if CAM_ABI_MINOR >= 3
	M(cam_host, raise), M(cam_host, answer), M(cam_host, ready), M(cam_host, read_stream);
	M(cam_host, close_stream), M(cam_host, identify), M(cam_host, authorise), M(cam_host, who_ref);
	M(cam_host, who_unref), M(cam_host, who_name);
#endif
}

static void plugin(void)
{
	S(cam_plugin), M(cam_plugin, abi), M(cam_plugin, size), M(cam_plugin, kind), M(cam_plugin, place);
	M(cam_plugin, name), M(cam_plugin, version), M(cam_plugin, summary), M(cam_plugin, options);
	M(cam_plugin, config_size), M(cam_plugin, stats), M(cam_plugin, routes), M(cam_plugin, makes);
	M(cam_plugin, takes), M(cam_plugin, check), M(cam_plugin, create), M(cam_plugin, start);
	M(cam_plugin, stop), M(cam_plugin, destroy), M(cam_plugin, run), M(cam_plugin, wake);
	M(cam_plugin, consume), M(cam_plugin, tick), M(cam_plugin, changed), M(cam_plugin, keep);
	M(cam_plugin, replay);
#if CAM_ABI_MINOR >= 1
	M(cam_plugin, ended), M(cam_plugin, operations);
#endif
#if CAM_ABI_MINOR >= 2
	M(cam_plugin, refused), M(cam_plugin, gone), M(cam_plugin, shm_bytes), M(cam_plugin, reload);
#endif
#if CAM_ABI_MINOR >= 3
	M(cam_plugin, topics), M(cam_plugin, hears), M(cam_plugin, event);
#endif
}

static void constants(void)
{
	puts("constants");
	V(CAM_ABI_MAJOR), V(CAM_NO_TS), V(CAM_SECOND), V(CAM_MAX_TRACKS), V(CAM_SINCE_KEYFRAME);
	V(CAM_PACKET), V(CAM_PICTURE), V(CAM_JPEG), V(CAM_VIDEO), V(CAM_AUDIO);
	V(CAM_H264), V(CAM_HEVC), V(CAM_MJPG), V(CAM_AAC), V(CAM_PCMU), V(CAM_PCMA), V(CAM_OPUS);
	V(CAM_I420), V(CAM_BGR3), V(CAM_GREY), V(CAM_KEY), V(CAM_DISCONTINUITY), V(CAM_CORRUPT);
#if CAM_ABI_MINOR >= 2
	V(CAM_EXACT), V(CAM_SYNCED);
#endif
	V(CAM_DROP_LATEST), V(CAM_DROP_GOP), V(CAM_SOURCE), V(CAM_BUFFER), V(CAM_RECORDER), V(CAM_SINK);
	V(CAM_BOOL), V(CAM_INT), V(CAM_FLOAT), V(CAM_STRING), V(CAM_ENUM), V(CAM_TIME), V(CAM_SIZE);
	V(CAM_REQUIRED), V(CAM_SECRET), V(CAM_RELOADABLE), V(CAM_HIDDEN), V(CAM_FOLDER), V(CAM_UNIQUE);
	V(CAM_URL), V(CAM_COUNTER), V(CAM_GAUGE), V(CAM_CONNECTING), V(CAM_LIVE), V(CAM_STALLED);
	V(CAM_RETRYING), V(CAM_FAILED), V(CAM_STOPPED), V(CAM_ERROR), V(CAM_WARN), V(CAM_INFO), V(CAM_DEBUG);
	V(CAM_ON_LOOP), V(CAM_ON_CAMERA), V(CAM_ON_CPU), V(CAM_ON_IO), V(CAM_ON_THREAD), V(CAM_LATER);
#if CAM_ABI_MINOR >= 1
	V(CAM_LISTEN);
#endif
#if CAM_ABI_MINOR >= 2
	V(CAM_DETECTOR), V(CAM_LISTENER), V(CAM_GRANTED), V(CAM_LOWERED);
#endif
#if CAM_ABI_MINOR >= 3
	V(CAM_BEGIN), V(CAM_UPDATE), V(CAM_END), V(CAM_POINT), V(CAM_MAX_BOXES), V(CAM_MAX_TOPIC);
	V(CAM_MAX_LABEL), V(CAM_MAX_EVENT_JSON), V(CAM_OPEN), V(CAM_VIEW), V(CAM_PLAYBACK);
	V(CAM_CONTROL), V(CAM_ADMIN), V(CAM_AGAIN);
#endif
}

int main(void)
{
	printf("version %u.%u\n", CAM_ABI_MAJOR, CAM_ABI_MINOR);
	data();
	tables();
#if CAM_ABI_MINOR >= 3
	events();
#endif
	host();
	plugin();
	constants();
	return 0;
}
