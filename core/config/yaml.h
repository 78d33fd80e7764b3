/* SPDX-License-Identifier: MIT */
/**
 * @file yaml.h
 * YAML text to a tree with places: the only user of libyaml. Time and memory are bounded for any input, since
 * libyaml itself is quadratic in nesting and accepts aliases, duplicate keys and further documents silently.
 */
#ifndef CAM_CONFIG_YAML_H
#define CAM_CONFIG_YAML_H
#include "core/config/report.h"

enum { YAML_MAX_BYTES = 256 * 1024, YAML_MAX_DEPTH = 32, YAML_MAX_NODES = 50000 };

/**
 * Parse one document. @param name what to call it in messages; must live as long as the tree
 * @return its root, a mapping, owned by the arena; NULL after an error. Duplicate keys are left to tree_check_keys().
 */
struct tree *yaml_parse(const char *data, size_t len, const char *name, struct arena *, struct report *);
/** syntax.c: @return what a user can do about a problem that libyaml names; NULL: no idea */
const char *yaml_remedy(const char *problem);
/** syntax.c: @return the same by the line of the problem and the one above; NULL: they look right. @param line from 1 */
const char *yaml_line_remedy(const char *problem, const char *data, size_t len, size_t line, struct arena *);
/** syntax.c: a text as `front:rtsp://h/1` or `front = "rtsp://h/1"`. @return how long its name is, 0: it is none of these */
size_t yaml_glued_name(const char *text);
/** syntax.c: @return whether rest, behind a comma, belongs to url: its login does not end, or rest has what no name has */
bool yaml_is_cut_address(const char *url, const char *rest);
/** syntax.c: @return whether key is an option whose text often holds a comma. An empty option behind it is a fault anyhow */
bool yaml_is_free_text(const char *key);
/** syntax.c: @return what a file is that holds no text, as "a JPEG picture"; NULL: it may be text */
const char *yaml_not_text(const char *data, size_t len);
#endif
