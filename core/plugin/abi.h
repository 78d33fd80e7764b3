/* SPDX-License-Identifier: MIT */
/** @file abi.h Reading structs that come from plugins built against older headers. [any] */
#ifndef CAM_PLUGIN_ABI_H
#define CAM_PLUGIN_ABI_H
#include <stdint.h>
#include <string.h>

/**
 * Read a struct as long as its owner knows it: what it does not have is zero, what is not known here is left out.
 * @param room bytes of *ret @param size of *from
 */
static inline void abi_read(void *ret, size_t room, const void *from, size_t size)
{
	memset(ret, 0, room);
	memcpy(ret, from, size < room ? size : room);
}
#endif
