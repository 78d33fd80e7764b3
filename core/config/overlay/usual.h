/* SPDX-License-Identifier: MIT */
/** @file usual.h The stages and sinks whose plugin need not be named. [loop] */
#ifndef CAM_CONFIG_OVERLAY_USUAL_H
#define CAM_CONFIG_OVERLAY_USUAL_H
#include "core/config/loading.h"

#define USUAL_SOURCE "source: {plugin: rtsp_in, url: \"rtsp://...\"}"

/** What a stage, or a sink, is usually called, and of which plugin it is then. */
struct usual {
	const char *name, *plugin;
	const char *text; /**< how it is written out, for messages */
	bool is_sink;
};

/** Ends with a NULL name. */
extern const struct usual usual_stages[];

/** @return the usual stage of that name, NULL: there is none */
const struct usual *usual_stage(const char *name);
/** @return whether a source has an address; NULL has none */
bool usual_has_address(const struct tree *source);
/** @return the plugin of a stage that names none, by the stage's name; NULL: there is none for it */
const char *usual_plugin(const struct stage_draft *);
/** @param but the name of a stage that does not count, NULL: none @return whether a stage is of a plugin of this kind */
bool usual_has_kind(const struct load *, const struct tree *stages, uint32_t kind, const char *but);
/**
 * @param stages a camera's, or those of `defaults` @return whether there is no other stage that such a stage may be meant
 * for, one of the same kind and another name
 */
bool usual_may_add(const struct load *, const struct usual *, const struct tree *stages);
#endif
