/* SPDX-License-Identifier: MIT */
/** @file listen.h Addresses to listen on, as options marked CAM_LISTEN hold them. [any] */
#ifndef CAM_CONFIG_OPTION_LISTEN_H
#define CAM_CONFIG_OPTION_LISTEN_H
#include <stdbool.h>

enum { LISTEN_KEY = 64 /**< bytes that hold any key */ };

/**
 * Read "127.0.0.1:5000", "[::1]:5000" or ":5000". @param key gets what is equal for equal addresses, and sorts by
 * port, all addresses first: "05000 " and 32 hexadecimal digits, IPv4 as ::ffff:a.b.c.d @return whether it is one
 */
bool listen_key(const char *text, char key[LISTEN_KEY]);
/** @return whether two keys cannot be bound at once: [::] takes every address, 0.0.0.0 every one of IPv4 */
bool listen_collide(const char *a, const char *b);
/** @return whether no port is fixed, so that the system gives each listener one of its own */
bool listen_is_any_port(const char *key);
/** How many addresses a key stands for. */
enum listen_breadth { LISTEN_ONE, LISTEN_ALL_IPV4, LISTEN_ALL, N_LISTEN_BREADTHS };
enum listen_breadth listen_breadth(const char *key);
#endif
