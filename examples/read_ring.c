/* SPDX-License-Identifier: MIT */
/*
 * Reads a camera's pictures from shared memory:
 *
 *     cc -std=gnu11 -O2 $(pkg-config --cflags cam_server) read_ring.c -o read_ring
 *     ./read_ring cam_server.front                  # a line a picture, until Ctrl-C
 *     ./read_ring -n 1 -o now.ppm cam_server.front  # one picture into a file
 *     ./read_ring -a cam_server.front               # first what the ring holds, oldest first, then what comes
 */
#include <cam/shm_explain.h>
#include <stdlib.h>

struct options {
	const char *name, *ppm;
	long count; /* pictures to read; 0: no end */
	double seconds; /* patience */
	int all; /* begin with the oldest */
};

static int usage(void)
{
	fprintf(stderr, "usage: read_ring [-n COUNT] [-o FILE.ppm] [-t SECONDS] [-a] NAME\n");
	return 2;
}

static int parse(int argc, char **argv, struct options *o)
{
	int c;

	o->seconds = 10;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
	while ((c = getopt(argc, argv, "n:o:t:a")) != -1) {
		if (c == 'n')
			o->count = strtol(optarg, NULL, 10);
		else if (c == 'o')
			o->ppm = optarg;
		else if (c == 't')
			o->seconds = strtod(optarg, NULL);
		else if (c == 'a')
			o->all = 1;
		else
			return -1;
	}
	o->name = argv[optind];
	return optind + 1 == argc ? 0 : -1;
}

/* A server that is started, or started anew, makes its ring a moment later; there is no event for that. */
static int find_ring(const char *name, double seconds, struct cam_shm *ret)
{
	int64_t end = cam_shm_now() + (int64_t)(seconds * (double)CAM_SHM_SECOND);
	struct timespec pause = {0, 100000000};
	int err;

	do {
		err = cam_shm_open(name, ret);
		if (err != -ENOENT && err != -EAGAIN && err != -ESTALE)
			return err;
		nanosleep(&pause, NULL);
	} while (cam_shm_now() < end);
	return err;
}

static int write_ppm(const char *path, const uint8_t *bgr, const struct cam_shm_frame *f)
{
	size_t n = (size_t)f->width * f->height;
	FILE *out = fopen(path, "wb");
	int bad;

	if (!out)
		return -errno;
	fprintf(out, "P6\n%u %u\n255\n", (unsigned)f->width, (unsigned)f->height);
	for (size_t i = 0; i < n; i++)
		for (int c = 2; c >= 0; c--)
			putc(bgr[i * 3 + (size_t)c], out);
	bad = ferror(out);
	return fclose(out) || bad ? -EIO : 0;
}

static void show(const uint8_t *bgr, const struct cam_shm_frame *f)
{
	size_t n = (size_t)f->width * f->height;
	uint64_t sum[3] = {0, 0, 0};

	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < 3; c++)
			sum[c] += bgr[i * 3 + c];
	printf("seq %llu %ux%u latency %.1f ms mean BGR %.1f %.1f %.1f\n", (unsigned long long)f->seq,
		(unsigned)f->width, (unsigned)f->height, (double)(f->published_ns - f->arrival_ns) / 1e6,
		(double)sum[0] / (double)n, (double)sum[1] / (double)n, (double)sum[2] / (double)n);
}

/* @return 0 when `count` pictures were read, or why no more came */
static int read_pictures(const struct options *o, struct cam_shm *ring, long *count, uint8_t *bgr)
{
	int64_t patience = (int64_t)(o->seconds * (double)CAM_SHM_SECOND);
	uint64_t oldest = cam_shm_oldest(ring), last = o->all && oldest ? oldest - 1 : 0, seq;
	struct cam_shm_frame f;
	int err;

	while (!o->count || *count < o->count) {
		err = cam_shm_wait(ring, last, patience, &seq);
		if (err)
			return err;
		if (o->all) {
			oldest = cam_shm_oldest(ring);
			seq = oldest > last ? oldest : last + 1;
		}
		last = seq;
		err = cam_shm_read(ring, seq, bgr, (size_t)ring->frame_bytes, &f);
		if (err == -ENODATA)
			continue; /* too slow: it was overwritten */
		if (err)
			return err;
		show(bgr, &f);
		++*count;
		err = o->ppm ? write_ppm(o->ppm, bgr, &f) : 0;
		if (err)
			return err;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct options o = {0};
	struct cam_shm ring;
	char why[CAM_SHM_TEXT];
	uint8_t *bgr;
	long count = 0;
	int err;

	if (parse(argc, argv, &o))
		return usage();
	setvbuf(stdout, NULL, _IOLBF, 0);
	do {
		err = find_ring(o.name, o.seconds, &ring);
		if (err)
			break;
		bgr = ring.frame_bytes ? malloc((size_t)ring.frame_bytes) : NULL;
		err = bgr ? read_pictures(&o, &ring, &count, bgr) : -ENOMEM;
		free(bgr);
		cam_shm_close(&ring);
	} while (err == -ESTALE); /* The server has ended; its successor makes another ring. */
	if (err) {
		cam_shm_explain(o.name, err, why, sizeof(why));
		fprintf(stderr, "read_ring: %s\n", why);
	}
	return err ? 1 : 0;
}
