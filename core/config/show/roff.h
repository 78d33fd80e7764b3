/* SPDX-License-Identifier: MIT */
/** @file roff.h Text for manuals. [any] */
#ifndef CAM_CONFIG_SHOW_ROFF_H
#define CAM_CONFIG_SHOW_ROFF_H
#include "lib/text.h"

/** Add text for roff: what it would take for a command is quoted. */
void roff_text(struct text *out, const char *s);
/** As roff_text(), for what is typed: every '-' stays one. */
void roff_literal(struct text *out, const char *s);
#endif
