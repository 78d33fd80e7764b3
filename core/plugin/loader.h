/* SPDX-License-Identifier: MIT */
/**
 * @file loader.h
 * Finds and loads plugins: the only user of libdl. A plugin is accepted or refused by its descriptor, before any of
 * its functions is called, and is never unloaded: its libraries may have thread-local destructors. What is handed out
 * is a copy of the descriptor and its tables, as long as today's structs and the same at each call. A file that others
 * than root and the user may change, itself or by its folder, is not even opened. [loop]
 */
#ifndef CAM_PLUGIN_LOADER_H
#define CAM_PLUGIN_LOADER_H
#include <cam/plugin.h>

struct loader;

/** @param path folders, ':' between, searched before the built-in one; NULL: none @return NULL without memory */
struct loader *loader_new(const char *path);
/** The plugins stay loaded; the descriptors that were handed out are gone. NULL is allowed. */
void loader_free(struct loader *);
/**
 * @param name [a-z0-9_]+ @return the descriptor, owned by the loader; NULL with a sentence in *ret_why, owned by the loader
 * until its next call
 */
const struct cam_plugin *loader_find(struct loader *, const char *name, const char **ret_why);
/** Calls visit for each plugin file there is, in no order, names once. */
void loader_names(struct loader *, void (*visit)(void *arg, const char *name), void *arg);
#endif
