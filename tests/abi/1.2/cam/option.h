/* SPDX-License-Identifier: MIT */
/**
 * @file option.h
 * Options and statistics: the tables of a plugin from which the server makes its configuration, its documents and its
 * metrics. A part of the plugin ABI; <cam/plugin.h> includes it and says how its structs grow.
 */
#ifndef CAM_OPTION_H
#define CAM_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum cam_type {
	CAM_BOOL = 1, /**< bool: true, false */
	CAM_INT, /**< int64_t: 42 */
	CAM_FLOAT, /**< double: 0.5 */
	CAM_STRING, /**< const char *: never NULL; owned by the server, valid as long as the configuration */
	CAM_ENUM, /**< int64_t: one of `values` by name */
	CAM_TIME, /**< int64_t ns: 10s, 5m, 250ms */
	CAM_SIZE /**< int64_t bytes: 50G, 64K (powers of 1024); percentages are negative: 10% is -10 */
};

/** Flags of an option. */
enum {
	CAM_REQUIRED = 1u << 0, /**< There is no default: an error without a value. */
	CAM_SECRET = 1u << 1, /**< Never printed. */
	/** A change of such options alone goes to cam_plugin.reload(), if there is one, and restarts nothing. */
	CAM_RELOADABLE = 1u << 2,
	CAM_HIDDEN = 1u << 3, /**< Works, but is not documented. */
	/**
	 * A folder to write in, below a name of the camera's. CAM_ON_IO nodes on one file system share a thread; two
	 * nodes of this plugin and one camera with one folder are a configuration error.
	 */
	CAM_FOLDER = 1u << 4,
	CAM_UNIQUE = 1u << 5, /**< Two nodes of this plugin with one value for it: a configuration error. */
	CAM_URL = 1u << 6, /**< A URL: a password inside is masked when printed. */
	/**
	 * An address to listen on over TCP: "127.0.0.1:5000", "[::1]:5000", ":5000" for all addresses. Any other text is
	 * a configuration error, and so are two nodes, of whichever plugin, on one port of one address.
	 */
	CAM_LISTEN = 1u << 7
};

struct cam_enum {
	const char *name; /**< NULL ends the list. */
	int64_t value;
	const char *help;
};

/** One option. The table ends with a NULL name. */
struct cam_opt {
	const char *name; /**< The YAML key and the last part of the variable's name: [a-z][a-z0-9_]* */
	uint32_t type; /**< enum cam_type */
	uint32_t flags;
	size_t offset; /**< Into the plugin's configuration struct: see CAM_FIELD. */
	/**
	 * As a user would write it; `{camera}` (as it stands in file names: <cam/file_name.h>) and `{stage}` stand for their
	 * names. NULL: required.
	 */
	const char *def;
	double min, max; /**< Inclusive, in the option's base unit (ns, bytes); no range when both are 0. */
	const char *unit; /**< For people: "pixels", "frames/s"; NULL when the type says it. */
	const struct cam_enum *values; /**< CAM_ENUM only */
	const char *help; /**< One sentence: --help, the manual, the schema and error texts print it. */
};

/* clang-format off */
/** offsetof() that does not compile when the member is not of the C type that the parser writes. */
/* NOLINTNEXTLINE(bugprone-macro-parentheses): T is a type */
#define CAM_FIELD(S, member, T) (offsetof(S, member) + 0 * sizeof(_Generic(((S *)0)->member, T : 0)))
/** The five C types: `{"port", CAM_INT, 0, CAM_INT_AT(struct conf, port), "5000", 1, 65535, NULL, NULL, "..."}` */
#define CAM_BOOL_AT(S, member) CAM_FIELD(S, member, bool)
#define CAM_INT_AT(S, member) CAM_FIELD(S, member, int64_t) /* INT, ENUM, TIME, SIZE */
#define CAM_FLOAT_AT(S, member) CAM_FIELD(S, member, double)
#define CAM_STRING_AT(S, member) CAM_FIELD(S, member, const char *)
/* clang-format on */

enum cam_stat_kind { CAM_COUNTER = 1, CAM_GAUGE };

/** A statistic of a node; /metrics shows it as cam_<plugin>_<name>. The table ends with a NULL name. */
struct cam_stat {
	const char *name;
	uint32_t kind; /**< enum cam_stat_kind */
	const char *help;
};

/** What a check() found wrong. */
struct cam_why {
	const char *option; /**< The option to change, or NULL. */
	char text[240]; /**< One sentence for the user. */
};

#ifdef __cplusplus
}
#endif
#endif
