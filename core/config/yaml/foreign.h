/* SPDX-License-Identifier: MIT */
/**
 * @file foreign.h
 * Configurations of other products, recognised by their marks, so that the answer is what their first camera would be
 * here rather than a hundred unknown keys. [any]
 */
#ifndef CAM_CONFIG_YAML_FOREIGN_H
#define CAM_CONFIG_YAML_FOREIGN_H
#include "core/config/tree/report.h"

/** A file of another product. */
struct foreign {
	const char *product; /**< "Frigate"; NULL: none that is known */
	const char *camera; /**< The name of its first camera, as one here; NULL: unknown. */
	const char *url; /**< That camera's RTSP address, as it stands there; NULL: none. */
	const char *advice; /**< Instead of a camera: what this file is for; NULL: none. */
};

/** @param root of a mapping or list, maybe one whose end is missing. Texts are owned by the arena. */
struct foreign foreign_of_tree(const struct tree *root, struct arena *);
/** Report what the file is, and its first camera as it would stand here, passwords masked. @param name of the file */
void foreign_tell(const struct foreign *, const char *name, struct arena *, struct report *);
/** @return the RTSP address within a text, without what other products put around it; NULL: none */
const char *foreign_url(const char *text, struct arena *);
/** @return a name that a camera may have here; NULL: nothing in it can be one */
const char *foreign_name(const char *text, struct arena *);
#endif
