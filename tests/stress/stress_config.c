/* SPDX-License-Identifier: MIT */
/* Random configurations: a plan that is changed piece by piece and written as YAML. */
#include "tests/stress/stress.h"

#include "core/base/kind.h"
#include "core/config/load.h"

#include <string.h>

static const char *const stage_names[PLAN_STAGES] = {
	"source", "b1", "b2", "r1", "r2", "r3", "r4", "d1", "d2"};

static uint32_t kind_of_stage(unsigned i)
{
	return i == 0 ? CAM_SOURCE : i < 3 ? CAM_BUFFER : i < 7 ? CAM_RECORDER : CAM_DETECTOR;
}

static uint32_t kind_beside(unsigned i)
{
	return i < PLAN_SINKS ? CAM_SINK : CAM_LISTENER;
}

static uint32_t random_place(struct rnd *r, uint32_t kind)
{
	static const uint32_t beside[] = {CAM_ON_LOOP, CAM_ON_CPU, CAM_ON_IO};

	if (kind_section(kind))
		return beside[rnd_below(r, 3)];
	return CAM_ON_LOOP + rnd_below(r, kind == CAM_SOURCE ? 5 : 4);
}

static void make_stage(struct plan_stage *s, struct rnd *r, uint32_t kind)
{
	s->there = kind == CAM_SOURCE || !rnd_once_in(r, 3);
	s->required = rnd_once_in(r, 64);
	s->kind = kind;
	s->place = random_place(r, kind);
	s->life++;
	s->temper = rnd_below(r, 4);
	s->from = rnd_below(r, 16);
	s->folder = rnd_below(r, 2);
}

void plan_make(struct plan *p, struct rnd *r)
{
	memset(p, 0, sizeof(*p));
	for (unsigned i = 0; i < PLAN_CAMERAS; i++) {
		p->cameras[i].there = i == 0 || (i < stress.leaning.cameras && !rnd_once_in(r, 3));
		for (unsigned k = 0; k < PLAN_STAGES; k++)
			make_stage(&p->cameras[i].stages[k], r, kind_of_stage(k));
	}
	for (unsigned i = 0; i < PLAN_BESIDE; i++)
		make_stage(&p->beside[i], r, kind_beside(i));
}

static void change_one(struct plan *p, struct rnd *r)
{
	struct plan_camera *c = &p->cameras[rnd_below(r, stress.leaning.cameras)];
	unsigned stage = rnd_below(r, PLAN_STAGES), beside = rnd_below(r, PLAN_BESIDE),
		 what = rnd_below(r, 12);

	if (stress.leaning.consumers && (what == 0 || what == 3))
		what = 8;
	switch (what) {
	case 0: /* it comes or goes; the first one stays */
		c->there = c == p->cameras || !c->there;
		break;
	case 1:
	case 2:
		make_stage(&p->beside[beside], r, kind_beside(beside));
		break;
	case 3: /* a source or buffer; what takes its packets stays */
		make_stage(&c->stages[stage % 3], r, kind_of_stage(stage % 3));
		break;
	case 4:
	case 5:
	case 6: /* what is taken as it runs */
		c->stages[stage].temper = rnd_below(r, 4);
		break;
	case 7:
		p->beside[beside].temper = rnd_below(r, 4);
		break;
	default:
		stage = 3 + stage % (PLAN_STAGES - 3);
		make_stage(&c->stages[stage], r, kind_of_stage(stage));
		break;
	}
}

void plan_change(struct plan *p, struct rnd *r)
{
	unsigned n = rnd_once_in(r, 8) ? 16 : 1 + rnd_below(r, 4);

	while (n--)
		change_one(p, r);
}

static void write_node(struct text *out, const char *name, const struct plan_stage *s, const char *from)
{
	text_printf(out, "    %s: {plugin: %s_%s, life: %u, temper: %u, required: %s, folder: \"%s\"", name,
		kind_name(s->kind), stress_place_name(s->place), s->life, s->temper,
		s->required ? "true" : "false",
		s->folder ? "/dev/shm/{camera}.{stage}" : "/proc/{camera}.{stage}");
	if (from)
		text_printf(out, ", from: \"%s\"", from);
	text_add(out, "}\n");
}

static void write_camera(struct text *out, unsigned number, const struct plan_camera *c)
{
	text_printf(out, "  c%u:\n", number);
	for (unsigned i = 0; i < PLAN_STAGES; i++) {
		const struct plan_stage *s = &c->stages[i];
		/* What takes packets, or the second buffer, may say where its packets come from. */
		const char *from = i > 1 && s->from < i && s->from < 3 && c->stages[s->from].there
					   ? stage_names[s->from]
					   : NULL;

		if (s->there)
			write_node(out, stage_names[i], s, from);
	}
}

static void write_beside(struct text *out, const struct plan *p, uint32_t kind)
{
	static const char *const froms[] = {"c0", "c?", "*"};
	bool any = false;

	for (unsigned i = 0; i < PLAN_BESIDE; i++) {
		const struct plan_stage *s = &p->beside[i];
		char name[8];

		if (!s->there || s->kind != kind)
			continue;
		if (!any)
			text_printf(out, "%s:\n", kind_section(kind));
		any = true;
		snprintf(name, sizeof(name), "s%u", i);
		write_node(out, name, s, froms[s->from % 3]);
	}
}

static void write_plan(const struct plan *p, struct text *out)
{
	text_add(out, "cameras:\n");
	for (unsigned i = 0; i < PLAN_CAMERAS; i++)
		if (p->cameras[i].there)
			write_camera(out, i, &p->cameras[i]);
	write_beside(out, p, CAM_SINK);
	write_beside(out, p, CAM_LISTENER);
}

struct config *plan_config(const struct plan *p)
{
	struct config_input in = {.text_name = "plan", .plugins = stress_plugins};
	struct text yaml = {0}, errors = {0};
	struct config *config = NULL;

	write_plan(p, &yaml);
	in.text = text_str(&yaml);
	if (config_load(&in, &config, &errors))
		stress_fail("the configuration is wrong: %s\n%s", text_str(&errors), text_str(&yaml));
	text_free(&yaml);
	text_free(&errors);
	return config;
}
