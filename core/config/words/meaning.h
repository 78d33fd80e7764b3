/* SPDX-License-Identifier: MIT */
/** @file meaning.h What a word most likely means that is no name here, beside being misspelt. [any] */
#ifndef CAM_CONFIG_WORDS_MEANING_H
#define CAM_CONFIG_WORDS_MEANING_H
#include <stdbool.h>

/** @return whether word, in any case, is one of the words in a text, each between blanks */
bool meaning_in(const char *words, const char *word);
/** @return whether word, in any case, is one that others use for what is called name here: "record" for "recorder" */
bool meaning_is(const char *word, const char *name);
/** @return whether one is a whole word of the other, or its beginning: "rtsp" and "rtsp_in" */
bool meaning_shares(const char *word, const char *name);
#endif
