/* SPDX-License-Identifier: MIT */
/**
 * @file plugin.h
 * The plugin ABI of cam_server: the one header a plugin includes.
 *
 * A plugin is a shared object that exports one data symbol, `cam_plugin_1`, of type struct cam_plugin. The server
 * reads it, accepts or refuses the plugin before any of its code runs, and makes one *node* of it for each stage of
 * the configuration that names it. A plugin links against nothing of the server: everything it needs from there
 * comes in as struct cam_host.
 *
 * Places. Each call says where it may be made, or is made:
 *   [loop]  the server's libuv loop thread; never blocks;
 *   [node]  wherever this node's work runs (enum cam_place): one call at a time, in order;
 *   [any]   any thread; never blocks.
 * All of a node's callbacks but check, create and destroy come in its place, so a node needs no locks of its own.
 *
 * Buffers are immutable once published and reference counted. Passing a buffer lends it for the call; whoever keeps
 * it takes a reference of its own; no call consumes the caller's. Caps (formats) follow the same rule.
 *
 * Errors are 0 or a negative errno. host->error() puts the reason into words and returns the number, so that
 * `return host->error(node, -EACCES, "directory", "cannot write in %s", dir);` is the whole of error handling.
 *
 * Times are nanoseconds. Text is UTF-8.
 *
 * Growth. Structs grow at their end only. The server reads one as far as its `size` says and it knows: members past that
 * are zero, those it does not know are left out. Without a size (0) caps, buffers, requests and replies are those of ABI
 * 1.0. What the server hands out is never shorter than in a plugin's header. Elements of a descriptor's tables have no
 * size of their own: the version in its `abi` tells how long they were. struct cam_plane and struct cam_why stay.
 */
#ifndef CAM_PLUGIN_H
#define CAM_PLUGIN_H

#include <cam/event.h>
#include <cam/http.h>
#include <cam/option.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CAM_ABI_MAJOR 1u /**< Stands in the symbol's name too: another major version is another symbol. */
#define CAM_ABI_MINOR 3u /**< Raised when members are added; plugins of a lower one still load. */
#define CAM_ABI ((CAM_ABI_MAJOR << 16) | CAM_ABI_MINOR)

#define CAM_NO_TS INT64_MIN /**< A time stamp that is not known. */
#define CAM_SECOND INT64_C(1000000000)

struct uv_loop_s;
struct cam_node; /**< One configured instance of a plugin. Owned by the server. */
struct cam_sub; /**< One subscription. Owned by the server until it is unsubscribed. */

/* ---- What flows ------------------------------------------------------------------------------------------------ */

/** The forms that a camera's data comes in. */
enum cam_form {
	CAM_PACKET = 1, /**< Compressed access units, as the camera sent them. */
	CAM_PICTURE, /**< Decoded pictures, scaled and converted as wished. */
	CAM_JPEG /**< Pictures as JPEG files (baseline, 4:2:0, JFIF colours). */
};

enum cam_media { CAM_VIDEO = 1, CAM_AUDIO };

#define CAM_FOURCC(a, b, c, d)                                                                               \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

/** Codecs of packets, then formats of pictures. */
#define CAM_H264 CAM_FOURCC('H', '2', '6', '4') /**< Annex B, one access unit a packet. */
#define CAM_HEVC CAM_FOURCC('H', 'E', 'V', 'C') /**< Annex B, one access unit a packet. */
#define CAM_MJPG CAM_FOURCC('M', 'J', 'P', 'G')
#define CAM_AAC CAM_FOURCC('m', 'p', '4', 'a') /**< Raw frames; AudioSpecificConfig in the caps. */
#define CAM_PCMU CAM_FOURCC('u', 'l', 'a', 'w') /**< G.711 µ-law. */
#define CAM_PCMA CAM_FOURCC('a', 'l', 'a', 'w') /**< G.711 A-law. */
#define CAM_OPUS CAM_FOURCC('O', 'p', 'u', 's')
#define CAM_I420                                                                                             \
	CAM_FOURCC('I', '4', '2', '0') /**< Planar Y, U, V at 4:2:0; JFIF colours (BT.601, full range). */
#define CAM_BGR3 CAM_FOURCC('B', 'G', 'R', '3') /**< Three bytes a pixel: blue, green, red. */
#define CAM_GREY CAM_FOURCC('G', 'R', 'E', 'Y') /**< One byte of luma a pixel, full range. */

/** The format of one track. Immutable: another pointer is another format. */
struct cam_caps {
	uint32_t size; /**< sizeof(struct cam_caps) */
	uint32_t form; /**< enum cam_form */
	uint32_t media; /**< enum cam_media */
	uint32_t codec; /**< One of the codes above. */
	uint32_t width, height; /**< Pixels; 0 where not known or not video. */
	uint32_t fps_num, fps_den; /**< Nominal frame rate; 0/0 where not known. */
	uint32_t sample_rate, channels;
	const uint8_t *
		extradata; /**< Parameter sets in Annex B (H264, HEVC), AudioSpecificConfig (AAC), or NULL. */
	size_t extradata_len;
};

/** Flags of a buffer. */
enum {
	CAM_KEY = 1u << 0, /**< Decoding can start here. */
	CAM_DISCONTINUITY = 1u << 1, /**< Something is missing before this one. */
	CAM_CORRUPT = 1u << 2, /**< Known to be damaged. */
	/** Sources: its time stamp is exact, as of a file or of this machine, whenever it comes. publish() clears it. Since ABI 1.2. */
	CAM_EXACT = 1u << 3,
	/**
	 * Sources: not of the video track; the camera has told, by sender reports, how this track's clock stands to the
	 * video's, and the time stamps of both are on one scale. publish() clears it. Since ABI 1.2.
	 */
	CAM_SYNCED = 1u << 4
};

/** One plane of a picture, or the bytes of a packet (plane 0). */
struct cam_plane {
	const uint8_t *data;
	size_t len; /**< Bytes that may be read from data. */
	uint32_t stride; /**< Bytes from one row to the next; 0 for packets and JPEGs. */
};

/** A packet, picture or JPEG. */
struct cam_buf {
	uint32_t size; /**< sizeof(struct cam_buf) */
	uint32_t flags; /**< CAM_KEY and others */
	uint32_t track; /**< 0 is the video track; the source numbers the others, below CAM_MAX_TRACKS. */
	uint32_t n_planes; /**< 1 to 4 */
	uint64_t seq; /**< Of its track, set by publish(); a gap means that a link dropped something. */
	int64_t pts_ns,
		dts_ns; /**< The camera's clock, made monotonic by publish(); CAM_NO_TS before that if unknown. */
	int64_t arrival_ns; /**< CLOCK_MONOTONIC when its last byte came in; latency is measured from here. */
	/** CLOCK_REALTIME of its arrival; set by publish(). Slewed; a step where the clock was set forward by a minute or back by a second. */
	int64_t wall_ns;
	const struct cam_caps *caps;
	struct cam_plane plane[4];
};
#define CAM_MAX_TRACKS 4u

/** What a link does when its queue is full. */
enum cam_drop {
	CAM_DROP_LATEST = 1, /**< The newest wins, the oldest goes: pictures. */
	CAM_DROP_GOP /**< All goes up to the next keyframe, which is marked CAM_DISCONTINUITY: packets. */
};

/** `since_ns` that starts at the last keyframe before now. */
#define CAM_SINCE_KEYFRAME INT64_C(1)

/**
 * A wish. A subscription is the demand: equal wishes share one rendition (one decoder a camera, one scale a size and
 * format, one JPEG a size and quality), and the last one to leave ends the work.
 */
struct cam_want {
	uint32_t size; /**< sizeof(struct cam_want) */
	uint32_t form; /**< enum cam_form */
	uint32_t codec; /**< Pictures: CAM_I420, CAM_BGR3 or CAM_GREY. Packets and JPEGs: 0. */
	uint32_t media; /**< Packets: CAM_VIDEO or CAM_AUDIO only; 0 for all tracks. */
	/**
	 * Pictures, JPEGs: pixels, 2 to 8192; 0 for the camera's own; one 0 keeps the shape. Sinks get no side larger than the
	 * camera's, and the nearest size and quality when too many are asked for: a buffer's caps tell its size.
	 */
	uint32_t width, height;
	uint32_t max_fps_num, max_fps_den; /**< Pictures, JPEGs: at most so many a second; 0/0 for all. */
	uint32_t quality; /**< JPEGs: 1 to 100. */
	int64_t since_ns; /**< Packets: start so long ago, widened to the keyframe before; 0: at the next keyframe. */
	uint32_t drop; /**< enum cam_drop; 0 for the form's own (packets: GOP, others: latest). */
	uint32_t
		queue_items; /**< Live items that may wait, 0: 512 packets or 1 picture. History does not count. */
	uint64_t queue_bytes; /**< Bytes that may wait, 0: 64 MiB. */
	/** The age from which waiting items are dropped, and pictures not sent ahead of the present; 0: none. */
	int64_t queue_age_ns;
	/** How long an item may wait for more to be taken with it: spares wake-ups where nobody looks on. 0: none. */
	int64_t batch_ns;
	/**
	 * Pictures only, and only for nodes that are CAM_ON_CAMERA: memory to scale straight into, `bytes` long, one
	 * packed plane. [node] consume() follows at once with a buffer that points there, or not at all when the
	 * picture could not be made. NULL result: skip this picture. NULL function: the server's own memory.
	 */
	uint8_t *(*into)(void *self, struct cam_sub *sub, size_t bytes);
	/** The node's own, for host->user(): what this subscription is to it. Since ABI 1.2, as all below. */
	void *user;
	/**
	 * Pictures, JPEGs: whom of those that the node serves this is for, as a connection; 0: the node itself. Each owner
	 * has a fair share of what can be decoded, scaled and encoded, so that one that asks for a lot has less of it.
	 */
	uint64_t owner;
	/**
	 * Packets: start at this CLOCK_MONOTONIC arrival, not in the future, widened to the keyframe before; 0: since_ns
	 * decides.
	 */
	int64_t from_ns;
	/**
	 * Packets: end before the first video packet that arrived at or after this CLOCK_MONOTONIC time, later than
	 * from_ns: ended() tells that all before it has come, at the latest a second behind it, and nothing comes after
	 * that. 0: never.
	 */
	int64_t until_ns;
};

/* ---- What a plugin declares, so that the server parses, checks and documents it -------------------------------- */

enum cam_kind {
	CAM_SOURCE = 1, /**< Makes packets of a camera: publish(). */
	CAM_BUFFER, /**< Keeps history: keep() and replay(). */
	CAM_RECORDER, /**< Takes a camera's packets to somewhere that lasts. */
	CAM_SINK, /**< Serves any number of cameras to the outside. */
	CAM_DETECTOR, /**< Looks at a camera's packets or pictures and says what happens. Since ABI 1.2. */
	CAM_LISTENER /**< Hears what happens to any number of cameras; needs no data. Since ABI 1.2. */
};

/* ---- What the server gives a node ------------------------------------------------------------------------------ */

enum cam_level { CAM_ERROR = 1, CAM_WARN, CAM_INFO, CAM_DEBUG };

/** The services of the server. One table for all nodes; it outlives them. */
struct cam_host {
	uint32_t size, abi;

	/** [any] "front.recorder" for a camera's stage, "web" for a sink or listener. Lives as long as the node. */
	const char *(*name)(struct cam_node *);
	/** [any] The camera's name, any UTF-8: <cam/file_name.h> makes a file's of it; NULL for a sink or listener of many cameras. Lives as long as the node. */
	const char *(*camera)(struct cam_node *);
	/** [loop] The libuv loop, for CAM_ON_LOOP nodes; NULL for others. */
	struct uv_loop_s *(*loop)(struct cam_node *);

	/** [any] One line; control characters are escaped. Never log a secret. */
	void (*log)(struct cam_node *, enum cam_level, const char *fmt, ...)
		__attribute__((format(printf, 3, 4)));
	/**
	 * [any] Put an error into words: a sentence that says what to do. The server logs it when the failing callback
	 * returns and shows it in the API. @param option the option to change, or NULL @return err
	 */
	int (*error)(struct cam_node *, int err, const char *option, const char *fmt, ...)
		__attribute__((format(printf, 4, 5)));
	/** [any] CAM_CONNECTING, CAM_LIVE, or CAM_STOPPED. start() need not say CAM_LIVE: the server does after it. */
	void (*state)(struct cam_node *, enum cam_state);
	/**
	 * [any] The node fails outside of a callback's return: it is stopped and started anew, later and later. Of
	 * CAM_ON_THREAD the session fails: stopping() is true, wake() is called, maybe before this returns, and run() comes
	 * again. From create() or start(): as if that had failed.
	 */
	void (*fail)(struct cam_node *, int err);
	/** [any] True once the node is to end; run() returns soon when it sees this. */
	bool (*stopping)(struct cam_node *);
	/** [any] Set a gauge, add to a counter: `stat` is the index in the plugin's table. */
	void (*stat)(struct cam_node *, unsigned stat, int64_t value);

	/**
	 * [any] Call fn in this node's place, in order, unless the node is destroyed first.
	 * @return 0, -ENOMEM, -ENOTSUP: the place is CAM_ON_THREAD, where run() has the thread
	 */
	int (*post)(struct cam_node *, void (*fn)(void *self, void *arg), void *arg);
	/**
	 * [node] Call tick() once at this CLOCK_MONOTONIC time; a new call replaces the old; CAM_NO_TS: never. Not of
	 * CAM_ON_THREAD, which waits by itself.
	 */
	void (*tick_at)(struct cam_node *, int64_t monotonic_ns);

	/** [any] A copy of these caps, with its extradata. @return a reference, or NULL: no memory, or no codec */
	const struct cam_caps *(*caps_new)(const struct cam_caps *);
	const struct cam_caps *(*caps_ref)(const struct cam_caps *); /**< [any] */
	void (*caps_unref)(const struct cam_caps *); /**< [any] NULL is allowed. */
	/**
	 * [any] A buffer with these members; takes a reference to its caps, which must come from caps_new(). With a
	 * release function the planes' memory is the caller's until it is called (once, on any thread, maybe after
	 * destroy()); without, the bytes are copied. @return a reference, or NULL: no memory, or planes that are not
	 * there (release has not been called then)
	 */
	struct cam_buf *(*buf_new)(const struct cam_buf *like, void (*release)(void *arg), void *arg);
	const struct cam_buf *(*buf_ref)(const struct cam_buf *); /**< [any] */
	void (*buf_unref)(const struct cam_buf *); /**< [any] NULL is allowed. */

	/**
	 * [node] Sources: hand a packet on. Its time stamps become those of the camera's time line, seq and wall_ns are set:
	 * at once or, of a session's first half second, that long after. The buffer is the server's to change until then and
	 * immutable afterwards; the caller's reference stays the caller's. @return 0, or -EINVAL: not a packet
	 */
	int (*publish)(struct cam_node *, struct cam_buf *);

	/**
	 * [node] Ask for data; consume() brings it. @param camera a name; NULL for the node's own camera
	 * @return 0 and *ret_sub, -ENOENT: no such camera, -EINVAL: impossible wish, -ENOMEM
	 */
	int (*subscribe)(
		struct cam_node *, const char *camera, const struct cam_want *, struct cam_sub **ret_sub);
	/** [node] No consume() of it after this returns; sub is gone. NULL is allowed. */
	void (*unsubscribe)(struct cam_node *, struct cam_sub *);
	/** [node] Take delivery up again after consume() has said CAM_LATER. */
	void (*resume)(struct cam_node *, struct cam_sub *);

	/** [loop] Calls visit for each camera that this node may see, in the order of the configuration. */
	void (*cameras)(struct cam_node *, void (*visit)(void *arg, const struct cam_camera *), void *arg);
	/**
	 * [loop] Have a request answered by whoever has the route. done is called [loop], maybe before this returns,
	 * exactly once, also after destroy() (close_file() may be called then); it takes the reply over (data until release,
	 * fd). The request is copied.
	 */
	void (*request)(struct cam_node *, const struct cam_request *,
		void (*done)(void *arg, struct cam_reply *), void *arg);

	/** [any] Once this node has failed, let at least so long pass before the next try. Since ABI 1.1. */
	void (*retry_after)(struct cam_node *, int64_t ns);

	/** [node] @return the `user` of the wish. Since ABI 1.2, as all below. */
	void *(*user)(const struct cam_sub *);
	/**
	 * [loop] Read from a reply's file, where the work of its disk is done: one that hangs holds up nobody else. done
	 * is called [loop], later and once, with the bytes read (fewer at the end, 0 behind it) or -errno; `to` is lent until
	 * then, and that may be after destroy(). One read at a time. @return 0, or -ENOMEM: done is not called
	 */
	int (*read_file)(struct cam_node *, struct cam_file *, int64_t at, void *to, size_t bytes,
		void (*done)(void *arg, int64_t result), void *arg);
	/** [loop] The file is closed, once no read of it is under way. NULL is allowed, for the file. */
	void (*close_file)(struct cam_node *, struct cam_file *);
	/**
	 * [any] @return the bytes that /dev/shm should have for all nodes of the configuration at once, by what their plugins'
	 * shm_bytes() says, in whole MiB with some to spare: for messages that name the size which is right for all
	 */
	uint64_t (*shm_bytes)(struct cam_node *);

	/**
	 * [any] Tell of an event: to nodes of its camera, and to sinks and listeners that see it, which hear its topic. All is
	 * copied but the picture, of which a reference is taken. At most 64 events of a node go on at a time; what it has
	 * not ended when it ends, the server does. @return 0, with the id at CAM_BEGIN and CAM_POINT; -EINVAL: not an event,
	 * -ENOENT: no such camera, or no such id goes on, -EMFILE: too many go on, -ENOMEM. Since ABI 1.3, as all below.
	 */
	int (*raise)(struct cam_node *, struct cam_event *);
	/**
	 * [any] Answer a request for which handle() returned CAM_LATER, once. The reply is taken over; `size` and what is not
	 * named is as for handle(). Does nothing for one that the server has answered itself, since the node had failed.
	 */
	void (*answer)(struct cam_node *, const struct cam_request *, const struct cam_reply *);
	/** [any] more() of the answer to this request is worth another call after CAM_AGAIN. */
	void (*ready)(struct cam_node *, const struct cam_request *);
	/**
	 * [loop] Read the next piece of a reply's stream. done is called [loop], later and once, unless close_stream() comes
	 * before: with bytes that are lent until the next call for this stream, or n = 0: the end, or -errno: broken, also as
	 * its maker has ended. One read at a time.
	 */
	void (*read_stream)(struct cam_node *, struct cam_stream *,
		void (*done)(void *arg, const void *data, int64_t n), void *arg);
	/** [loop] The end of a stream, wherever it is. NULL is allowed, for the stream. */
	void (*close_stream)(struct cam_node *, struct cam_stream *);
	/**
	 * [loop] For who serves HTTP, of what it answers itself: find out who asks, by the headers and the peer. done is called
	 * [loop], once, maybe before this returns: with who, to be dropped by who_unref(), or with NULL and the answer that
	 * says why not, which is taken over as that of request().
	 */
	void (*identify)(struct cam_node *, const struct cam_request *,
		void (*done)(void *arg, const struct cam_who *, struct cam_reply *), void *arg);
	/**
	 * [any] @param right enum cam_right @param camera a name; NULL: any, where the answer is about none or about each
	 * that is asked for one by one @param wall_ns how far back it is about, CLOCK_REALTIME; 0: the present
	 * @return whether who may; of who has left the configuration, false
	 */
	bool (*authorise)(struct cam_node *, const struct cam_who *, uint32_t right, const char *camera,
		int64_t wall_ns);
	const struct cam_who *(*who_ref)(const struct cam_who *); /**< [any] */
	void (*who_unref)(const struct cam_who *); /**< [any] NULL is allowed. */
	/** [any] @return the user's name, "" of who has not logged in; valid as long as the reference */
	const char *(*who_name)(const struct cam_who *);
};

/* ---- What the server calls ------------------------------------------------------------------------------------- */

/** Where a node's work runs. */
enum cam_place {
	CAM_ON_LOOP = 1, /**< On the loop: sockets, timers. Must not block. */
	CAM_ON_CAMERA, /**< Where its camera's pictures are made, right after they are: short work on pictures. */
	CAM_ON_CPU, /**< A strand of its own on the cpu pool, a thread a core shared by all: long work on pictures. */
	CAM_ON_IO, /**< A strand on the io pool, a thread a file system: whatever may block on a disk. */
	CAM_ON_THREAD /**< A thread of its own, for sources that block in a library: run(). */
};

/** consume()'s answers besides 0 and -errno. */
enum {
	CAM_LATER = 1 /**< Not taken: keep it (or a newer one, by the drop policy) until resume(). */
};

/** What refused() tells besides -errno. Since ABI 1.2. */
enum {
	CAM_GRANTED = 0, /**< As wished again. */
	CAM_LOWERED = 1 /**< Made, but smaller, coarser or less often than wished. */
};

/**
 * The descriptor. Life of a node: check → create → start → (consume, tick, handle)* → stop → destroy, or with
 * CAM_ON_THREAD: check → create → run* → destroy. A node that fails is stopped, destroyed and created anew after a
 * pause that doubles from 0.5 s to 4 s, for sources to 30 s, with jitter; only run() is called again without that.
 * From one start, or run(), of a source to the next, the server continues the camera's time line, and marks the
 * first packet of each track that had been live before CAM_DISCONTINUITY.
 */
struct cam_plugin {
	uint32_t abi; /**< CAM_ABI */
	uint32_t size; /**< sizeof(struct cam_plugin) */
	uint32_t kind; /**< enum cam_kind */
	uint32_t place; /**< enum cam_place */
	const char *name; /**< [a-z0-9_]+, the file's name without .so */
	const char *version; /**< of the plugin */
	const char *summary; /**< one sentence */
	const struct cam_opt *options; /**< NULL: none */
	size_t config_size; /**< of the struct that the options fill */
	const struct cam_stat *stats; /**< NULL: none */
	const struct cam_route *routes; /**< NULL: none */
	const uint32_t *makes; /**< Sources: the codecs they may publish, 0 at the end; NULL: any. */
	const uint32_t *takes; /**< Recorders, detectors: the video codecs, 0 at the end; NULL: any. */

	/** [loop] Rules across options. Touches nothing outside. May be NULL. @return 0, or -EINVAL with *ret_why */
	int (*check)(const void *config, struct cam_why *ret_why);
	/** [loop] Memory only. config stays valid until destroy() has returned, or reload() has returned 0. @return 0 and *ret_self */
	int (*create)(struct cam_node *, const struct cam_host *, const void *config, void **ret_self);
	/** [node] Touch the outside world. After a failure comes destroy(), without stop(). May be NULL. */
	int (*start)(void *self);
	/** [node] Begin to end: unsubscribe, finish, close; state(CAM_STOPPED) when done, before returning or later. */
	void (*stop)(void *self);
	/** [loop] Free everything. */
	void (*destroy)(void *self);
	/** [node] CAM_ON_THREAD only: one session, from connecting to its end. Called again, later and later. */
	int (*run)(void *self);
	/** [any] CAM_ON_THREAD: make run() notice host->stopping() soon. May be NULL. */
	void (*wake)(void *self);
	/** [node] One item of a subscription. @return 0, CAM_LATER, or -errno: the node has failed */
	int (*consume)(void *self, struct cam_sub *, const struct cam_buf *);
	/** [node] The time of tick_at() has come. */
	void (*tick)(void *self);
	/** [node] Sinks, listeners: the set of cameras, or the state of one, has changed; cameras() tells. May be NULL. */
	void (*changed)(void *self);
	/**
	 * Buffers: remember a packet. Called on the source's thread with the camera's port locked: at most microseconds,
	 * no call of the host but buf_ref, buf_unref, stat. After start() has returned and before stop() is called.
	 */
	void (*keep)(void *self, const struct cam_buf *);
	/**
	 * Buffers: emit, oldest first, what was kept since monotonic time `from_ns` (by arrival), beginning with the
	 * last video keyframe at or before it, or with the oldest video keyframe kept. Locked as keep(). Each buffer
	 * is lent for the call of emit. @return 0, or what emit returned if not 0
	 */
	int (*replay)(void *self, int64_t from_ns, int (*emit)(void *arg, const struct cam_buf *), void *arg);
	/**
	 * [node] Packets of a subscription: the camera's session has ended, in order with consume(); what comes after this
	 * belongs to another. Of sessions that had ended before the subscription began, its history tells by
	 * CAM_DISCONTINUITY alone. Also the end by until_ns. May be NULL. @return 0, or -errno: the node has failed. Since
	 * ABI 1.1.
	 */
	int (*ended)(void *self, struct cam_sub *);
	/** One for each of `routes`, in their order; NULL, or an end before theirs: help says all. Since ABI 1.1. */
	const struct cam_operation *operations;
	/**
	 * [node] What a subscription asks for is not made, or not all of it: -ENOTSUP: no decoder for the camera's codec,
	 * -E2BIG: its pictures are too large, -EBUSY: too much is asked for, -ENOMEM; CAM_LOWERED; CAM_GRANTED: the end of
	 * that. The subscription goes on and may be served later. @param why a sentence for whoever looks at it, "" with
	 * CAM_GRANTED; lent. May be NULL. Since ABI 1.2, as below.
	 */
	void (*refused)(void *self, struct cam_sub *, int err, const char *why);
	/**
	 * [node] The camera of a subscription has been taken out of the configuration: nothing comes any more, also if one
	 * of its name is put in again. Unsubscribe, here or later. May be NULL.
	 */
	void (*gone)(void *self, struct cam_sub *);
	/**
	 * [loop] The bytes of /dev/shm that a node of this configuration, which check() has passed, takes when all of it is in
	 * use. Touches nothing outside. May be NULL: none.
	 */
	uint64_t (*shm_bytes)(const void *config);
	/**
	 * [node] Go on with another configuration, which check() has passed and which differs in CAM_RELOADABLE options only.
	 * After start() has returned and before stop() is called; not of CAM_ON_THREAD. 0: from now on config is the node's,
	 * valid like that of create(), and the one before, texts included, is not looked at again. -errno: the one before
	 * stays in force, and the node is stopped and made anew with the new one, at once. Buffers: locked as keep(), which
	 * does not run meanwhile, with the same limits; error() may be called too. May be NULL.
	 */
	int (*reload)(void *self, const void *config);
	/** What the node raises; NULL: nothing. A topic that is not here can be raised all the same. Since ABI 1.3, as below. */
	const struct cam_topic *topics;
	/**
	 * The topics that event() is called for, unless the stage's `on` names others; "*" is any; NULL at the end. NULL: it
	 * hears nothing.
	 */
	const char *const *hears;
	/**
	 * [node] Something has happened to a camera: of a stage, its own; of a sink or listener, one that it sees. In order;
	 * its queue holds 256, the 16 newest with their pictures. What does not fit is dropped, oldest points and updates first, and counted; of an event that
	 * has begun here the end comes as long as there is memory, and updates that wait are merged. After start() has returned and before stop()
	 * is called. @return 0, or -errno: the node has failed
	 */
	int (*event)(void *self, const struct cam_event *);
};

#define CAM_EXPORT __attribute__((visibility("default")))
extern CAM_EXPORT const struct cam_plugin cam_plugin_1;

#ifdef __cplusplus
}
#endif
#endif
