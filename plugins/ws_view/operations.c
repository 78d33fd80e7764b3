/* SPDX-License-Identifier: MIT */
#include "plugins/ws_view/operations.h"

#include <cam/plugin.h>

#define PAGE_FILE "A file of the viewer page."

const struct cam_route ws_view_routes[] = {
	{"GET", "/", "The viewer: every camera on a canvas.", NULL, CAM_VIEW, 0},
	{"GET", "/style.css", PAGE_FILE, NULL, CAM_VIEW, 0},
	{"GET", "/icon.svg", PAGE_FILE, NULL, CAM_VIEW, 0}, {"GET", "/main.js", PAGE_FILE, NULL, CAM_VIEW, 0},
	{"GET", "/link.js", PAGE_FILE, NULL, CAM_VIEW, 0}, {"GET", "/tile.js", PAGE_FILE, NULL, CAM_VIEW, 0},
	{"GET", "/keys.js", PAGE_FILE, NULL, CAM_VIEW, 0},
	{"GET", "/ws", "The WebSocket that carries every tile; see doc/websocket.md.", NULL, CAM_VIEW, 0},
	{"GET", "/video_feed", "MJPEG for <img>, VLC and others.", NULL, CAM_VIEW, 0},
	{"GET", "/api/v1/cameras/*/snapshot.jpg", "One JPEG, of the camera's own size unless said.", NULL,
		CAM_VIEW, 0},
	{0}};

/* clang-format off */
#define FILE_OF(type) CAM_JSON("responses": { \
	"200": {"description": "The file.", "content": {type: {}}}, /* NOLINT(bugprone-macro-parentheses): JSON */ \
	"304": {"description": "It is the one that If-None-Match names."}})
#define SIZE_AND_QUALITY CAM_JSON( \
	{"name": "width", "in": "query", "schema": {"type": "integer", "minimum": 16, "maximum": 3840}}, \
	{"name": "height", "in": "query", "schema": {"type": "integer", "minimum": 16, "maximum": 2160}}, \
	{"name": "quality", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100}})
#define REFUSALS CAM_JSON( \
	"400": {"$ref": "#/components/responses/error"}, \
	"404": {"$ref": "#/components/responses/error"}, \
	"409": {"$ref": "#/components/responses/error"}, \
	"503": {"$ref": "#/components/responses/error"})

const struct cam_operation ws_view_operations[] = {
	{"/", FILE_OF("text/html")},
	{"/style.css", FILE_OF("text/css")},
	{"/icon.svg", FILE_OF("image/svg+xml")},
	{"/main.js", FILE_OF("text/javascript")},
	{"/link.js", FILE_OF("text/javascript")},
	{"/tile.js", FILE_OF("text/javascript")},
	{"/keys.js", FILE_OF("text/javascript")},
	{"/ws", CAM_JSON("responses": {
		"101": {"description": "The WebSocket is open."},
		"400": {"$ref": "#/components/responses/error"},
		"426": {"$ref": "#/components/responses/error"}})},
	{"/video_feed", CAM_JSON(
		"parameters": [
			{"name": "camera", "in": "query", "description": "The first one unless said.",
				"schema": {"type": "string"}},
			{"name": "fps", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 60}},)
			SIZE_AND_QUALITY CAM_JSON(],
		"responses": {
			"200": {"description": "JPEGs without end.", "content": {"multipart/x-mixed-replace": {}}},)
			REFUSALS "}"},
	{"/api/v1/cameras/{name}/snapshot.jpg", CAM_JSON(
		"parameters": [
			{"name": "name", "in": "path", "required": true, "schema": {"type": "string"}},)
			SIZE_AND_QUALITY CAM_JSON(],
		"responses": {
			"200": {"description": "The picture.", "content": {"image/jpeg": {}}},)
			REFUSALS "}"},
	{0}};
/* clang-format on */
