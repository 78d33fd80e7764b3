/* SPDX-License-Identifier: MIT */
/** @file remedy.h What to do about faults of YAML, and what texts look like that lack a blank or quotes. [any] */
#ifndef CAM_CONFIG_YAML_REMEDY_H
#define CAM_CONFIG_YAML_REMEDY_H
#include "core/base/arena.h"

/** @return what a user can do about a problem that libyaml names; NULL: no idea */
const char *remedy_of(const char *problem);
/** @return the same by the line of the problem and the one above; NULL: they look right. @param line from 1 */
const char *remedy_of_line(const char *problem, const char *data, size_t len, size_t line, struct arena *);
/**
 * Whether the line of a problem stands below one of an address, as "front: rtsp://h/1", and further to the right.
 * @return the line of the address, and the column where its key begins; 0: it is none
 */
size_t remedy_address_above(const char *data, size_t len, size_t line, size_t *ret_column);
/** a text as `front:rtsp://h/1` or `front = "rtsp://h/1"`. @return how long its name is, 0: it is none of these */
size_t remedy_glued_name(const char *text);
/** @return whether rest, behind a comma, belongs to url: its login does not end, or rest has what no name has */
bool remedy_is_cut_address(const char *url, const char *rest);
/** @return whether key is an option whose text is a secret */
bool remedy_is_secret(const char *key);
/** @return whether key is an option whose text often holds a comma. An empty option behind it is a fault anyhow */
bool remedy_is_free_text(const char *key);
/** @return what a file is that holds no text, as "a JPEG picture"; NULL: it may be text */
const char *remedy_not_text(const char *data, size_t len);
#endif
