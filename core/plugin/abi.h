/* SPDX-License-Identifier: MIT */
/**
 * @file abi.h
 * What comes from plugins that were built against an older header, as structs of today's length: see
 * doc/adr/0018-abi-growth.md. [any]
 */
#ifndef CAM_PLUGIN_ABI_H
#define CAM_PLUGIN_ABI_H
#include <cam/plugin.h>

#include "core/base/arena.h"

/** A table of a descriptor is shorter, or has no end. */
enum { ABI_MAX_ELEMENTS = 1024 };
/** The longest body of a request that a route may ask for, in bytes. */
enum { ABI_MAX_BODY = 1 << 20 };

/** A struct that grows. */
struct abi_layout {
	uint32_t room; /**< sizeof */
	uint32_t size_of_1_0; /**< What a size of 0 stands for; 0: nothing. */
	/** Where members end, ascending, 0 behind the last. What does not reach the first makes no sense. */
	uint32_t ends[24];
};

extern const struct abi_layout abi_want, abi_caps, abi_buf, abi_request, abi_reply, abi_event, abi_plugin;

/**
 * Read a struct as long as its owner knows it: members it does not have, or only a part of, are zero; what is not known
 * here is left out. @param size as *from says @return 0, or -EINVAL: too short to make sense, *ret is untouched
 */
int abi_read(const struct abi_layout *, void *ret, const void *from, uint32_t size);
/**
 * Copy a table; it ends with an element whose first member, a pointer, is NULL.
 * @param from may be NULL @param stride bytes of its elements; 0: its owner knows no such table
 * @param size of the copy's @return 0 and *ret, owned by the arena (NULL: no table); -E2BIG: no end, -ENOMEM
 */
int abi_table(struct arena *, const void *from, size_t stride, size_t size, const void **ret);
/**
 * Complete a descriptor that was read by abi_read(): its tables become copies with elements of today's length.
 * @return NULL, or what is wrong with it as the end of a sentence
 */
const char *abi_tables(struct arena *, struct cam_plugin *);
/** @return the minor version of the header that the plugin was built against */
static inline uint32_t abi_minor(const struct cam_plugin *p)
{
	return p->abi & 0xFFFF;
}
#endif
