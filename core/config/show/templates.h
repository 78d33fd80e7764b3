/* SPDX-License-Identifier: MIT */
/** @file templates.h The templates, byte by byte. [any] */
#ifndef CAM_CONFIG_SHOW_TEMPLATES_H
#define CAM_CONFIG_SHOW_TEMPLATES_H

extern const char config_example_template[], config_man1_template[], config_man5_template[],
	config_completion_template[];
#endif
