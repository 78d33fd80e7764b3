/* SPDX-License-Identifier: MIT */
#include "plugins/recorder_mp4/refusal.h"

#include "plugins/lib/container.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* A path longer than that is not one that anybody would read in a sentence. */
enum { HOST_PATH = 80 };

#define BELOW " (below where its disk is mounted)"

/* The folder is the server's already: its mode, something below it, or a rule beside the permissions. */
static void own_denied(const char *folder, bool is_volume, char *ret)
{
	unsigned uid = (unsigned)geteuid();

	snprintf(ret, REFUSAL_TEXT,
		"cannot write to %s, which is of user %u, as the server: %s chown -R %u and chmod -R u+rwX "
		"on it%s",
		folder, uid, is_volume ? "on the host run" : "run", uid,
		is_volume ? "; where SELinux is on, mount it with \":z\"" : "");
}

/* A volume: what is wrong with it is put right on the host. */
static void volume_denied(const char *folder, const char *host, const struct stat *st, char *ret)
{
	unsigned uid = (unsigned)geteuid(), gid = (unsigned)getegid();
	const char *path = *host ? host : "FOLDER_THAT_YOU_MOUNTED", *below = *host ? BELOW : "";
	char as_owner[64] = "";

	if (st->st_uid)
		snprintf(as_owner, sizeof(as_owner), "run the container with --user %u:%u, or ",
			(unsigned)st->st_uid, (unsigned)st->st_gid);
	snprintf(ret, REFUSAL_TEXT,
		"cannot write to %s: the host's folder there belongs to user %u, the server is user %u; %son "
		"the "
		"host run: chown -R %u:%u %s%s",
		folder, (unsigned)st->st_uid, uid, as_owner, uid, gid, path, below);
}

static void not_made(const char *root, const char *folder, char *ret)
{
	unsigned uid = (unsigned)geteuid();

	if (container_is_here(root))
		snprintf(ret, REFUSAL_TEXT,
			"%s does not exist; mount a folder of the host there (docker run -v FOLDER:%s)",
			folder, folder);
	else
		snprintf(ret, REFUSAL_TEXT,
			"%s does not exist, and user %u, who the server is, may not make it; make it for "
			"that "
			"user (install -d -o %u %s), or choose another folder",
			folder, uid, uid, folder);
}

/* What permissions say comes first from the kernel, but nothing helps while the file system is read-only. */
static bool is_read_only(const char *folder, int err)
{
	struct statvfs fs;

	return err == -EROFS || (!statvfs(folder, &fs) && fs.f_flag & ST_RDONLY);
}

static void denied(const char *root, const char *folder, int err, char *ret)
{
	unsigned uid = (unsigned)geteuid();
	char host[HOST_PATH];
	struct stat st;
	bool is_volume = container_mounts(root, folder, host, sizeof(host));

	if (stat(folder, &st))
		not_made(root, folder, ret);
	else if (is_read_only(folder, err))
		snprintf(ret, REFUSAL_TEXT,
			"cannot write to %s: its file system is read-only; mount it %s, or choose another "
			"folder",
			folder, is_volume ? "without \":ro\"" : "writable");
	else if (st.st_uid == geteuid())
		own_denied(folder, is_volume, ret);
	else if (is_volume)
		volume_denied(folder, host, &st, ret);
	else
		snprintf(ret, REFUSAL_TEXT,
			"cannot write to %s: it belongs to user %u, and the server is user %u; run: chown -R "
			"%u %s",
			folder, (unsigned)st.st_uid, uid, uid, folder);
}

void refusal_text(const char *root, const char *folder, int err, char ret[REFUSAL_TEXT])
{
	const char *what;

	switch (err) {
	case -EACCES:
	case -EPERM:
	case -EROFS:
		denied(root, folder, err, ret);
		return;
	case -ENOENT:
		snprintf(ret, REFUSAL_TEXT, "%s does not exist; create or mount it, or choose another folder",
			folder);
		return;
	case -ENOTDIR:
		snprintf(ret, REFUSAL_TEXT, "%s is not a folder; choose another", folder);
		return;
	case -ENOSPC:
	case -EDQUOT:
	case -EFBIG:
		what = "the disk is full; delete old recordings or choose another folder";
		break;
	case -EIO:
		snprintf(ret, REFUSAL_TEXT,
			"the disk under %s fails to write; the file was closed: check the disk and its "
			"cables",
			folder);
		return;
	default:
		what = strerrordesc_np(-err);
	}
	snprintf(ret, REFUSAL_TEXT, "cannot write to %s: %s", folder, what);
}
