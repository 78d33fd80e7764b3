/* SPDX-License-Identifier: MIT */
/*
 * A recording that may be torn: what is found whole of it stays whole when the rest is cut off. Input: four bytes, the
 * zeros behind the others, which are the file.
 */
#include "plugins/recorder_mp4/repair.h"
#include "tests/fuzz/fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

static void look(int fd, const struct repair_scan *s, int64_t bytes)
{
	struct repair_scan again;

	HOLDS(s->bytes == bytes && s->good >= 0 && s->good <= bytes && (!s->fragments || s->good));
	if (!s->fragmented || !s->fragments || s->foreign)
		return;
	HOLDS(!ftruncate(fd, s->good) && !repair_scan(fd, &again));
	HOLDS(again.fragmented && !again.foreign && again.fragments == s->fragments);
	HOLDS(again.good == s->good && again.bytes == s->good);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static int fd = -1;
	struct fuzz f = {data, len};
	int64_t bytes = fuzz_32(&f) >> 4; /* sparse: nothing is stored */
	struct repair_scan s;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	bytes += (int64_t)f.len;
	HOLDS(fd >= 0 && !ftruncate(fd, 0) && !ftruncate(fd, bytes));
	HOLDS(pwrite(fd, f.data, f.len, 0) == (ssize_t)f.len);
	HOLDS(!repair_scan(fd, &s));
	look(fd, &s, bytes);
	return 0;
}
