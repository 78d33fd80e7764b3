/* SPDX-License-Identifier: MIT */
#include "core/api/own_operations.h"

/* clang-format off */
const struct cam_operation own_operations[] = {
	{"/api/v1/cameras", CAM_JSON("responses": {"200": {"description": "The cameras.", "content": {
		"application/json": {"schema": {"type": "object", "required": ["cameras", "nodes"], "properties": {
			"cameras": {"type": "array", "items": {"$ref": "#/components/schemas/camera"}},
			"nodes": {"type": "array", "description": "Those of no single camera.",
				"items": {"$ref": "#/components/schemas/node"}}}}}}}})},
	{"/api/v1/cameras/{camera}", CAM_JSON(
		"parameters": [{"name": "camera", "in": "path", "required": true, "schema": {"type": "string"}}],
		"responses": {
			"200": {"description": "The camera.", "content": {
				"application/json": {"schema": {"$ref": "#/components/schemas/camera"}}}},
			"404": {"$ref": "#/components/responses/error"}})},
	{"/api/v1/cameras/{camera}/events", CAM_JSON(
		"parameters": [{"name": "camera", "in": "path", "required": true, "schema": {"type": "string"}}],
		"requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object",
			"additionalProperties": false, "properties": {
			"phase": {"enum": ["begin", "update", "end", "point"], "default": "point"},
			"id": {"type": "integer", "description": "At update and end: what the answer to the begin has said."},
			"topic": {"type": "string", "pattern": "^[a-z0-9_]{1,32}$", "description": "Not camera, not recording."},
			"label": {"type": "string", "maxLength": 64},
			"score": {"type": "number", "minimum": 0, "maximum": 1},
			"time": {"type": "number", "description": "Unix seconds of the picture that it is about; now."},
			"lasts": {"type": "number", "minimum": 1, "maximum": 3600, "default": 60,
				"description": "Seconds of silence after which it ends by itself; at update: as before."},
			"boxes": {"type": "array", "maxItems": 64, "items": {"type": "object",
				"required": ["x", "y", "width", "height"], "properties": {
				"x": {"type": "number"}, "y": {"type": "number"}, "width": {"type": "number"},
				"height": {"type": "number"}, "score": {"type": "number"}, "label": {"type": "string"}}}},
			"data": {"type": "object", "description": "Further members of your own, 4096 bytes at most."}}}}}},
		"responses": {
			"200": {"description": "Told.", "content": {"application/json": {"schema": {"type": "object"}}}},
			"201": {"description": "Told; the id is for update and end.", "content": {"application/json": {
				"schema": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}}}},
			"400": {"$ref": "#/components/responses/error"}, "404": {"$ref": "#/components/responses/error"},
			"415": {"$ref": "#/components/responses/error"}, "429": {"$ref": "#/components/responses/error"}})},
	{"/api/v1/events", CAM_JSON("parameters": [
			{"name": "camera", "in": "query", "schema": {"type": "string"}, "description": "Of one camera only."},
			{"name": "topic", "in": "query", "schema": {"type": "string"}, "description": "Patterns of topic or topic.label, by commas: motion,object.person"},
			{"name": "since", "in": "query", "schema": {"type": "string"}, "description": "After this seq; or since this time, in Unix seconds or as 2026-11-25T14:00:00Z."},
			{"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1000},
				"description": "The newest so many."}],
		"responses": {"200": {"description": "The last events.", "content": {"application/json": {
			"schema": {"type": "object", "required": ["events", "missed"], "properties": {
			"events": {"type": "array", "items": {"$ref": "#/components/schemas/event"}},
			"missed": {"type": "boolean", "description": "There were more after `since`, which are forgotten."}}}}}},
			"400": {"$ref": "#/components/responses/error"}, "404": {"$ref": "#/components/responses/error"}})},
	{"/api/v1/events/stream", CAM_JSON("parameters": [
			{"name": "camera", "in": "query", "schema": {"type": "string"}, "description": "Of one camera only."},
			{"name": "topic", "in": "query", "schema": {"type": "string"}, "description": "Patterns of topic or topic.label, by commas: motion,object.person"},
			{"name": "since", "in": "query", "schema": {"type": "string"}, "description": "After this seq; or since this time, in Unix seconds or as 2026-11-25T14:00:00Z."}],
		"responses": {"200": {"description": "Server-sent events: id is the seq, event the topic, data an event; `missed` tells that some were forgotten before they were read.",
			"content": {"text/event-stream": {"schema": {"type": "string"}}}},
			"400": {"$ref": "#/components/responses/error"}})},
	{"/api/v1/openapi.json", CAM_JSON("responses": {"200": {"description": "OpenAPI 3.1.", "content": {
		"application/json": {"schema": {"type": "object", "required": ["openapi", "info", "paths"]}}}}})},
	{"/healthz", CAM_JSON("responses": {"200": {"description": "It is well.", "content": {
		"text/plain": {"schema": {"type": "string"}}}}})},
	{"/readyz", CAM_JSON("responses": {
		"200": {"description": "It is ready.", "content": {"text/plain": {"schema": {"type": "string"}}}},
		"503": {"$ref": "#/components/responses/error"}})},
	{"/metrics", CAM_JSON("responses": {"200": {"description": "The metrics, at most a second old.", "content": {
		"text/plain": {"schema": {"type": "string"}}}}})},
	{0}};
/* clang-format on */
