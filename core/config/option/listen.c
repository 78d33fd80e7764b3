/* SPDX-License-Identifier: MIT */

#include "core/config/option/listen.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALL6 "00000000000000000000000000000000"
#define IPV4 "00000000000000000000ffff"
#define ALL4 IPV4 "00000000"

enum { PORT_LEN = 6, IPV4_LEN = sizeof(IPV4) - 1, SCOPE_MAX = 16 };

static const char *address_of(const char *key)
{
	return key + PORT_LEN;
}

/* @return the port, -1: none */
static long port_of(const char *s)
{
	size_t n = strlen(s);
	long port = n && n <= 5 && strspn(s, "0123456789") == n ? strtol(s, NULL, 10) : -1;

	return port <= 65535 ? port : -1;
}

/* host has no brackets and no scope; "" is all. @return whether it is a numeric address */
static bool read_address(const char *host, unsigned char ip[16])
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

	memset(ip, 0, 16);
	if (!*host || inet_pton(AF_INET6, host, ip) == 1)
		return true;
	memcpy(ip, mapped, sizeof(mapped));
	return inet_pton(AF_INET, host, ip + sizeof(mapped)) == 1;
}

enum { HOST_MAX = INET6_ADDRSTRLEN + SCOPE_MAX };

/* The n bytes of text in front of the port, without brackets. @return whether they fit */
static bool read_host(const char *text, size_t n, char host[HOST_MAX])
{
	if (n && *text == '[') {
		if (n < 3 || text[n - 1] != ']')
			return false;
		text++;
		n -= 2;
	}
	if (n >= HOST_MAX)
		return false;
	memcpy(host, text, n);
	host[n] = 0;
	return true;
}

/* Cut "%eth0" off host. @param ret NULL when there is none @return false: it is none that can be */
static bool cut_scope(char *host, const char **ret)
{
	char *scope = strchr(host, '%');

	*ret = NULL;
	if (!scope)
		return true;
	*scope++ = 0;
	*ret = scope;
	return *host && *scope && strlen(scope) < SCOPE_MAX;
}

bool listen_key(const char *text, char key[LISTEN_KEY])
{
	const char *colon = strrchr(text, ':'), *scope;
	char host[HOST_MAX];
	long port = colon ? port_of(colon + 1) : -1;
	unsigned char ip[16];
	int at;

	if (port < 0 || !read_host(text, (size_t)(colon - text), host) || !cut_scope(host, &scope) ||
		!read_address(host, ip))
		return false;
	at = snprintf(key, LISTEN_KEY, "%05ld ", port);
	for (size_t i = 0; i < sizeof(ip); i++)
		at += snprintf(key + at, LISTEN_KEY - (size_t)at, "%02x", ip[i]);
	if (scope)
		snprintf(key + at, LISTEN_KEY - (size_t)at, "%%%s", scope);
	return true;
}

bool listen_is_any_port(const char *key)
{
	return !strncmp(key, "00000 ", PORT_LEN);
}

enum listen_breadth listen_breadth(const char *key)
{
	if (!strcmp(address_of(key), ALL6))
		return LISTEN_ALL;
	return strcmp(address_of(key), ALL4) != 0 ? LISTEN_ONE : LISTEN_ALL_IPV4;
}

static bool takes(const char *all, const char *one)
{
	enum listen_breadth breadth = listen_breadth(all);

	return breadth == LISTEN_ALL ||
	       (breadth == LISTEN_ALL_IPV4 && !strncmp(address_of(one), IPV4, IPV4_LEN));
}

bool listen_collide(const char *a, const char *b)
{
	if (strncmp(a, b, PORT_LEN) != 0 || listen_is_any_port(a))
		return false;
	return !strcmp(a, b) || takes(a, b) || takes(b, a);
}
