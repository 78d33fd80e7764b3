/* SPDX-License-Identifier: MIT */
#include "core/guard/private_memory.h"

#include <errno.h>
#include <sys/prctl.h>

int private_memory(bool on)
{
	return prctl(PR_SET_DUMPABLE, on ? 0 : 1, 0, 0, 0) ? -errno : 0;
}
