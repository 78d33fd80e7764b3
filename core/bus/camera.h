/* SPDX-License-Identifier: MIT */
/**
 * @file camera.h
 * The bus of one camera: its tree of ports, the strand its pictures are made on, the demand for them, its meter.
 * Nodes come and go (restart); the bus of a camera stays, so that nobody's subscription depends on another node.
 */
#ifndef CAM_BUS_CAMERA_H
#define CAM_BUS_CAMERA_H
#include "core/base/strand.h"
#include "core/bus/demand.h"
#include "core/bus/meter.h"
#include "core/bus/timeline.h"

/** Ports of a camera: of its source and of its buffers. */
enum { CAMERA_PORTS = 8 };

struct camera {
	char *name;
	struct strand *strand;
	struct executor *on; /**< the strand's */
	struct demand *demand;
	struct port *port; /**< where one subscribes by default: of the last buffer, else of the source */
	struct port *ports[CAMERA_PORTS]; /**< all of them, owned */
	unsigned n_ports;
	struct task free;
	struct meter meter;
	struct timeline timeline; /**< owned by the source's place */
};

/** [loop] @param cpu its strand's pool, which outlives it @return NULL without memory */
struct camera *camera_new(const char *name, struct pool *cpu);
/** [loop] All subscriptions are gone; frees it on its strand, after what is queued there. NULL is allowed. */
void camera_free(struct camera *);
/** [loop] @return a new port, owned by the camera; NULL without memory or beyond CAMERA_PORTS */
struct port *camera_new_port(struct camera *);
/** [loop] Make this port the one to subscribe to by default; before the first subscription. */
void camera_set_port(struct camera *, struct port *);
/** [source] Stamp, count and hand on what the source delivers through its port. */
void camera_publish(struct camera *, struct port *, struct cam_buf *buf);
#endif
