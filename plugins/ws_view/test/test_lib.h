/* SPDX-License-Identifier: MIT */
/**
 * @file test_lib.h
 * ws_view with the fake host on a real loop, and a client of plain sockets that turns the loop while it waits.
 */
#ifndef WS_VIEW_TEST_LIB_H
#define WS_VIEW_TEST_LIB_H
#include "plugins/ws_view/common/web.h"

#include "tests/plugin/fake_host.h"

struct world {
	struct fake fake;
	uv_loop_t loop;
	struct ws_view_conf conf;
	int port;
};

/** The one world of the test that runs; made by world_open(). */
extern struct world w;

/** Start the plugin with cameras "front" (1920x1080) and "yard". */
void world_open(void);
void world_open_with(const struct ws_view_conf *);
/** Stop it and check that the loop is empty and closes. @return milliseconds that stop took */
int64_t world_close(void);
/** Do what is done each second as if so many had passed. */
void world_later(int seconds);
/** Turn the loop for a while. */
void turn_ms(int ms);
/** Turn the loop until cond holds or two seconds have passed. @return whether it holds */
#define TURN_UNTIL(cond)                                                                                     \
	__extension__({                                                                                      \
		bool is_;                                                                                    \
		for (int64_t end_ = clock_mono_ns() + 10 * CAM_SECOND;                                       \
			!(is_ = (cond)) && clock_mono_ns() < end_;)                                          \
			turn_ms(2);                                                                          \
		is_;                                                                                         \
	})

/** @return a connected, non-blocking socket */
int dial(void);
void send_all(int fd, const void *data, size_t len);
/** Read what comes until the end, two seconds or room are over. @return bytes; ret ends with a NUL */
size_t read_all(int fd, char *ret, size_t room);
/** Send a request, read the whole answer. @return its status, 0: none; body: what came, head included */
int ask(const char *request, char *ret, size_t room);
/** GET path with a right Host. */
int get(const char *path, char *ret, size_t room);

/** A WebSocket by hand. @return the socket after 101 */
int ws_dial(void);
/** Send a masked frame. */
void ws_send(int fd, int opcode, const void *data, size_t len);
void ws_say(int fd, const char *text);
/** Receive one frame into ret. @return its opcode, -1: none within two seconds, -2: closed */
int ws_receive(int fd, uint8_t *ret, size_t room, size_t *ret_len);
/** Receive until a close frame or the end. @return the code, 0: closed without */
int ws_close_code(int fd);
/** Receive the text message that begins so, passing over others. */
bool ws_expect(int fd, const char *begin, char *ret, size_t room);

/** A WebSocket that has read its greeting; the list of cameras is in ret. @return the socket */
int ws_viewer(char *ret, size_t room);

/** @return a JPEG buffer of len bytes of value fill */
struct cam_buf *jpeg(size_t len, int fill);
/** Give a buffer back, before world_close(). */
void drop(struct cam_buf *);
/** @return the newest open subscription of that camera, -1: none */
int sub_of(const char *camera);
int open_subs(void);
#endif
