/* SPDX-License-Identifier: MIT */
/**
 * @file http.h
 * Requests, answers and routes: the part of the plugin ABI that serves HTTP, free of any transport. <cam/plugin.h>
 * includes it and explains its places ([loop], [node], [any]).
 */
#ifndef CAM_HTTP_H
#define CAM_HTTP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cam_file; /**< Where a file's bytes are read: see cam_host.read_file. Owned by the server. */
struct cam_stream; /**< Where an answer's pieces are read: see cam_host.read_stream. Owned by the server. */
struct cam_who; /**< Who asks. Immutable, counted: see cam_host.identify. Since ABI 1.3, as all that names it. */

/** What somebody may do. Each holds those before it. */
enum cam_right {
	CAM_OPEN = 1, /**< Asked of nobody: no login is needed. */
	CAM_VIEW, /**< See live pictures and states. */
	CAM_PLAYBACK, /**< See recordings and events of the past. */
	CAM_CONTROL, /**< Trigger, protect, move, delete. */
	CAM_ADMIN /**< See and change the server itself. */
};

/** A header of a request or an answer. Lists end with a NULL name. */
struct cam_header {
	const char *name; /**< In lower case. */
	const char *value; /**< Without line ends. */
};

/** A request, free of any transport: whoever serves HTTP hands it to the server, which finds the route. */
struct cam_request {
	uint32_t size;
	const char *method; /**< "GET"; a route for it answers "HEAD" too. */
	const char *path; /**< Decoded, begins with '/', has no "..", no NUL, no empty segment. */
	const char *query; /**< Not decoded, without '?'; "" when there is none. */
	const char *tail; /**< What the pattern's trailing '*' stood for; "" otherwise. Set by the server. */
	/* Since ABI 1.3. */
	const void *body; /**< NULL: none. */
	size_t body_len; /**< Bytes; a route never gets more than its `body_max`. */
	/** At most 64; what logins need is for the server alone, and not handed on to a node. NULL: none. */
	const struct cam_header *headers;
	const char *peer; /**< The address that it came from, "192.0.2.7" or "::1"; NULL, "": not known. */
	/** NULL: the server finds out by the headers and the peer. What handle() gets is never NULL. */
	const struct cam_who *who;
	const char *
		camera; /**< That `{camera}` in the pattern, or else the query, names; "": none. Set by the server. */
};

/** The answer. The server fills in {200, "text/plain", empty} beforehand. */
struct cam_reply {
	uint32_t size;
	int status; /**< HTTP status */
	char type[64]; /**< Content-Type */
	const void *data; /**< The body, unless fd is set. */
	size_t len;
	/** -1, or a file whose bytes [fd_from, fd_from + fd_len) are the body; closed by its taker unless `file` is set. */
	int fd;
	int64_t fd_from, fd_len;
	/**
	 * [any] Called once the answer is out; may be NULL. Whoever took the reply may hand over a copy that is as long as
	 * in ABI 1.0: nothing past `arg` is there.
	 */
	void (*release)(struct cam_reply *);
	void *arg; /**< For release. */
	/**
	 * Set by the server for who takes the reply, with fd: read it by host->read_file(), close it by host->close_file().
	 * NULL when the taker was built against an ABI before 1.2: it reads fd itself. Since ABI 1.2.
	 */
	struct cam_file *file;
	/* Since ABI 1.3. */
	const struct cam_header *headers; /**< Further ones; valid until release; NULL: none. */
	/**
	 * [node] The body comes in pieces, and this makes the next: write up to `room` bytes, at least 4096. Not called after
	 * stop(), nor until the taker has room, so that a slow one slows only itself. Needs a release function; data and fd
	 * are not looked at. @return bytes; 0: that was all; CAM_AGAIN: nothing yet, host->ready() will tell; -errno: broken
	 */
	int64_t (*more)(void *arg, void *to, size_t room);
	/**
	 * Set by the server for who takes the reply, with `more`: read it by host->read_stream(), end by
	 * host->close_stream(), which calls release.
	 */
	struct cam_stream *stream;
};
#define CAM_AGAIN INT64_MIN /**< more() has nothing yet. */

/** A path that a node answers. The table ends with a NULL method. */
struct cam_route {
	const char *method; /**< "GET" */
	/**
	 * "/api/v1/recordings"; a '*' at the end stands for any tail, a segment "{camera}" (since ABI 1.2) for a camera's
	 * name: only nodes that may see that camera are asked. So it is with "camera=NAME" in a query.
	 */
	const char *pattern;
	const char *help; /**< One sentence. */
	/**
	 * [node] 0, or -errno: a 500. NULL: the node serves HTTP and answers this itself; it is listed only. Since ABI 1.3 also
	 * CAM_LATER: host->answer() follows, and the request stays valid until then. With `more` it stays until release.
	 */
	int (*handle)(void *self, const struct cam_request *, struct cam_reply *);
	/**
	 * enum cam_right: what who asks needs, for the camera if one is named; else the node sees to it by
	 * host->authorise(). A plugin with a route without one does not load; before ABI 1.3: GET is CAM_PLAYBACK, other
	 * methods are CAM_CONTROL. Since ABI 1.3, as below.
	 */
	uint32_t right;
	uint32_t body_max; /**< Bytes of a body that it takes, at most 1 MiB; 0: none. */
};

/** JSON written as it is, as a string: CAM_JSON({"type": "integer"}). At most 4095 bytes, which is C's limit. */
#define CAM_JSON(...) #__VA_ARGS__

/** What /api/v1/openapi.json tells of a route besides its help. The table ends with a NULL path. Since ABI 1.1. */
struct cam_operation {
	/** The pattern, with names for what '*' stands for: "/api/v1/recordings/{camera}/{day}/{file}". */
	const char *path;
	/**
	 * Members of an OpenAPI 3.1 Operation Object, without the braces around them: "parameters", each {name} among
	 * them, and "responses". What goes wrong may be {"$ref": "#/components/responses/error"}.
	 */
	const char *json;
};

#ifdef __cplusplus
}
#endif
#endif
