/* SPDX-License-Identifier: MIT */
/**
 * @file template.h
 * What users read, made of the option tables: the example, the manual and the completion. [loop]
 *
 * The prose around it stands in templates (config/ and doc/, *.in), which are built in. `make regenerate` writes the
 * committed copies anew, and a test fails when they drift.
 */
#ifndef CAM_CONFIG_SHOW_TEMPLATE_H
#define CAM_CONFIG_SHOW_TEMPLATE_H
#include <stddef.h>

#include "lib/text.h"

/** Adds what a word of a template stands for. @param indent columns before the word; each line begins with so many */
typedef void template_fill(void *arg, const char *word, size_t indent, struct text *out);
/** Add a template; a line that holds nothing but "@word@" is replaced by what fill adds. */
void template_render(const char *template, template_fill *fill, void *arg, struct text *out);

#endif
