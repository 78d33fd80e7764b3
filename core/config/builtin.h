/* SPDX-License-Identifier: MIT */
/** @file builtin.h Configurations that need no file, byte by byte. [any] */
#ifndef CAM_CONFIG_BUILTIN_H
#define CAM_CONFIG_BUILTIN_H

/** The YAML of single-camera mode and of --demo, as in config/single-camera.yaml and config/demo.yaml. */
extern const char config_single_camera[];
extern const char config_demo[];
#endif
