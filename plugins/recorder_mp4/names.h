/* SPDX-License-Identifier: MIT */
/**
 * @file names.h
 * The names of recordings: `<camera>/<YYYY-MM-DD>/<camera>_<YYYY-MM-DD>_<HH-MM-SS><offset>[_<n>].mp4` in local time,
 * offset `Z` or `+0100`. `camera` is the camera's name by <cam/file_name.h>, here and wherever files are. Text only; nothing here touches a disk.
 */
#ifndef CAM_RECORDER_MP4_NAMES_H
#define CAM_RECORDER_MP4_NAMES_H
#include <stdbool.h>
#include <stdint.h>

enum { NAME_DAY_BYTES = 11, NAME_FILE_BYTES = 256, NAME_MAX_COPY = 99, NAME_UTC_BYTES = 32 };

/**
 * The folder and the file of a recording that begins at wall_ns (CLOCK_REALTIME). copy 1 is the first of that second,
 * then 2 to NAME_MAX_COPY. @return 0, or -ENAMETOOLONG, -ERANGE
 */
int name_make(
	const char *camera, int64_t wall_ns, int copy, char day[NAME_DAY_BYTES], char file[NAME_FILE_BYTES]);
/** Unix seconds as RFC 3339 writes them, in UTC; "": no such year. @return ret */
const char *name_utc(int64_t seconds, char ret[NAME_UTC_BYTES]);
/** @return whether this is a day's folder, with every digit in its place */
bool name_is_day(const char *day);
/** @return whether file is a recording of camera in the folder day; *ret_start is its time in Unix seconds */
bool name_parse(const char *camera, const char *day, const char *file, int64_t *ret_start);
#endif
