#!/bin/bash
# SPDX-License-Identifier: MIT
# Build the Debian packages on Debian 13, have lintian look at them, install them where nothing else is, use them as the
# package's user and as a plugin's author do, and purge them. As root; the network is used for apt only, and nothing
# outside $XDG_CACHE_HOME/cam_server-tests is touched.
#
#     tests/image/package.sh [--keep]
#
# --keep leaves the roots. Ends with "N passed, N failed"; exit 0 when none failed.
set -u -o pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
. "$here/base.sh"

# ... and what cam-server depends on, for no network is there when it is installed beside a compiler.
PACKAGE_PACKAGES="build-essential debhelper lintian systemd procps tzdata"
LIMIT_SECONDS=900
RECORDINGS=/var/lib/cam_server/recordings

inside() { # ROOT COMMAND...
	local root=$1
	shift
	# shellcheck disable=SC2086 # nothing, or the word
	${EXEC:-} chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive "$@"
}

as_user() { # ROOT USER COMMAND...
	local root=$1 user=$2
	shift 2
	inside "$root" setpriv --reuid "$user" --regid "$user" --clear-groups "$@"
}

prepare() { # ROOT: as a machine has it
	mount --rbind /dev "$1/dev" && mount -t tmpfs -o mode=1777 none "$1/dev/shm" && mount -t proc proc "$1/proc"
}

# ---- the steps, in own mounts and processes ----

phase_build() {
	prepare "$BUILDER" && ip link set lo up || return 1
	inside "$BUILDER" chown -R nobody:nogroup /build
	inside "$BUILDER" setpriv --reuid nobody --regid nogroup --clear-groups env HOME=/nonexistent DEB_BUILD_OPTIONS=parallel=2 \
		nice bash -c 'cd /build/src && dpkg-buildpackage -us -uc -b > ../build.log 2>&1'
}

# Dependencies come from the network.
phase_install() { PACKAGES=/$(cd "$ROOT" && ls cam-server_*.deb) install_root "$ROOT" > "$WORK/apt.log" 2>&1; }

# With nothing but a loopback device.
phase_checks() {
	local check
	prepare "$BUILDER" && prepare "$ROOT" && ip link set lo up || die "no namespaces"
	for check in $(declare -F | awk '$3 ~ /^check_/ { print $3 }'); do
		"${check}"
	done
	say "$PASSED passed, $FAILED failed"
	[ "$PASSED" -gt 0 ] && [ "$FAILED" = 0 ]
}

why_not() { # the tests that failed, or else the end of the build
	grep -B12 -E '^(not ok|Bail out)' "$BUILDER/build/build.log" | grep -vE '^(ok|PASS:) ' | head -60 | grep . ||
		tail -20 "$BUILDER/build/build.log"
}

# ---- the checks, in the order of their names ----

tests_passed() {
	local passed
	passed=$(sed -n 's/^# PASS: *//p' "$BUILDER/build/build.log")
	[ "${passed:-0}" -gt 300 ] && grep -qx '# FAIL: *0' "$BUILDER/build/build.log" &&
		grep -qx '# ERROR: *0' "$BUILDER/build/build.log"
}

is_file() { # PATH MODE:OWNER
	is "$(inside "$ROOT" stat -c %a:%U:%G "$1")" "$2"
}

check_1_build() {
	ok "the unit and plugin tests pass while it is built" tests_passed
	ok "lintian finds no error and no warning" inside "$BUILDER" bash -c \
		'lintian --allow-root --fail-on=error,warning --display-info /build/*.changes'
}

check_2_files() {
	local file
	for file in /usr/bin/cam_server /usr/lib/systemd/system/cam_server.service /usr/lib/tmpfiles.d/cam_server.conf \
		/usr/share/man/man1/cam_server.1.gz /usr/share/man/man5/cam_server.yaml.5.gz \
		/usr/share/bash-completion/completions/cam_server /usr/share/doc/cam-server/README.Debian \
		/usr/share/doc/cam-server/copyright /usr/share/doc/cam-server/examples/cam_server.yaml; do
		ok "$file is there" test -f "$ROOT$file"
	done
	ok "what is installed is what was packed" is "$(inside "$ROOT" dpkg --verify cam-server)" ""
	ok "the configuration is dpkg's to keep" is "$(inside "$ROOT" dpkg-query -Wf '${Conffiles}' cam-server | awk '{print $1}')" \
		/etc/cam_server.yaml
	ok "nobody but root and the server reads it" is_file /etc/cam_server.yaml 640:root:cam_server
	ok "the folder for recordings is the server's" is_file $RECORDINGS 750:cam_server:cam_server
	ok "the server's user cannot log in" grep -qE '^cam_server:.*:/var/lib/cam_server:/usr/sbin/nologin$' "$ROOT/etc/passwd"
	ok "the unit is right" is "$(inside "$ROOT" systemd-analyze verify --man=no cam_server.service 2>&1 | grep cam_server)" ""
	ok "it is not enabled" is "$(inside "$ROOT" systemctl is-enabled cam_server)" disabled
}

says() { # EXIT PATTERN COMMAND...
	local code=$1 pattern=$2 out
	shift 2
	out=$("$@" 2>&1)
	is $? "$code" && grep -qE -- "$pattern" <<< "$out" || { say "$out"; return 1; }
}

check_3_server() {
	local six="mem_ring recorder_mp4 rtsp_in shm_ring test_in ws_view"
	ok "it tells the package's version" says 0 "^cam_server $(inside "$ROOT" dpkg-query -Wf '${Version}' cam-server)\b" \
		inside "$ROOT" cam_server --version
	ok "its six plugins can be used" is "$(inside "$ROOT" cam_server --plugins | awk '!/cannot be used/ {print $1}' | sort | xargs)" \
		"$six"
	ok "the example is right" inside "$ROOT" cam_server --check -c /usr/share/doc/cam-server/examples/cam_server.yaml
	ok "the fresh configuration lacks a camera, and that is said" says 2 'cam_server.yaml:.*there is no camera; add one' \
		as_user "$ROOT" cam_server cam_server -c /etc/cam_server.yaml
}

recorded() { find "$ROOT$RECORDINGS" -name '*.mp4' -size +20k | grep . > /dev/null; }
is_picture() { get 5000 /api/v1/cameras/front/snapshot.jpg > "$WORK/picture" && is "$(head -c 3 "$WORK/picture" | xxd -p)" ffd8ff; }

add_camera() { sed -i 's/^cameras:$/&\n  front: {source: {plugin: test_in}}/' "$ROOT/etc/cam_server.yaml"; }
status_shows() { on systemctl show -P StatusText cam_server | tee -a "$WORK/check.log" | grep "$1" > /dev/null; }

# What README.Debian says, with a camera that needs none.
check_4_run() {
	local server
	add_camera
	ok "a camera added, the configuration is right" inside "$ROOT" cam_server --check -c /etc/cam_server.yaml
	EXEC="exec" as_user "$ROOT" cam_server cam_server -c /etc/cam_server.yaml > "$WORK/server.log" 2>&1 &
	server=$!
	ok "it runs as its user, and is healthy" within 20 get 5000 /healthz
	ok "it gives a picture" within 20 is_picture
	ok "it records" within 20 recorded
	kill -TERM $server
	wait $server
	ok "it ends with 0" is $? 0
	ok "nothing went wrong" not grep -E ' (error|warn) ' "$WORK/server.log"
}

# A root with a compiler, and no network: what the packages need is there.
check_5_plugin() {
	local page=/usr/share/doc/cam-server-dev/writing-a-plugin.md
	ok "cam-server-dev installs" inside "$BUILDER" bash -c 'apt-get -qq install -y --no-install-recommends /build/*_*[!m]_*.deb'
	gzip -dc "$BUILDER$page.gz" > "$BUILDER/build/page.md"
	cp "$top/doc/test_writing_a_plugin.sh" "$BUILDER/build/"
	ok "its page's plugin builds against it, and works" inside "$BUILDER" env CAM_TEST_INSTALLED=/build/page.md \
		sh /build/test_writing_a_plugin.sh
	ok "its example reads the ring's header" inside "$BUILDER" bash -c \
		'cc -std=gnu11 -Wall -Wextra -Werror -o /build/read_ring /usr/share/doc/cam-server-dev/examples/read_ring.c $(pkg-config --cflags cam_server)'
}

left_over() {
	find "$ROOT" -xdev \( -iname '*cam[-_]server*' -o -user "$1" \) -printf '/%P\n' |
		grep -vE "^(/var/lib/cam_server|$RECORDINGS(/.*)?|/cam-server_[^/]*\.deb|/etc/apt/apt.conf.d/90cam_server)$"
}

check_6_purge() {
	local user
	user=$(inside "$ROOT" id -u cam_server)
	ok "it can be removed" inside "$ROOT" apt-get -qq remove -y cam-server
	ok "removed, the configuration stays" is_file /etc/cam_server.yaml 640:root:cam_server
	ok "it can be purged" inside "$ROOT" apt-get -qq purge -y cam-server
	ok "purged, the recordings stay" recorded
	ok "... and nothing else" is "$(left_over "$user")" ""
	rm -r "${ROOT:?}$RECORDINGS"/*
	ok "it can be installed again" inside "$ROOT" bash -c 'apt-get -qq install -y /cam-server_*.deb'
	ok "purged without recordings, no folder stays" inside "$ROOT" bash -c \
		'apt-get -qq purge -y cam-server && [ ! -e /var/lib/cam_server ]'
}

# ---- the unit under a systemd of its own, which sees processes, mounts and cgroups of its own, and no more of the kernel ----

# In new namespaces: mounts, cgroups, processes.
phase_systemd() {
	local node
	mount --bind "$ROOT" "$ROOT" && mount -t proc proc "$ROOT/proc" && mount -t sysfs -o ro sysfs "$ROOT/sys" &&
		mount -t cgroup2 none "$ROOT/sys/fs/cgroup" && mount -t tmpfs -o mode=755 none "$ROOT/run" &&
		mount -t tmpfs -o mode=755 none "$ROOT/dev" || return 1
	for node in sys sysrq-trigger; do
		[ ! -e "$ROOT/proc/$node" ] || { mount --bind "$ROOT/proc/$node" "$ROOT/proc/$node" &&
			mount -o remount,bind,ro "$ROOT/proc/$node"; } || return 1
	done
	for node in null zero full random urandom tty; do
		touch "$ROOT/dev/$node" && mount --bind "/dev/$node" "$ROOT/dev/$node" || return 1
	done
	ln -s pts/ptmx "$ROOT/dev/ptmx"
	# A root that is none of the outer one's: what it hides, and what services see of it, is made by mounts.
	cd "$ROOT" && pivot_root . mnt && umount -l /mnt || return 1
	EXEC="exec" inside / container=test setpriv --bounding-set \
		-sys_module,-sys_rawio,-sys_time,-syslog,-mknod,-audit_control,-audit_read,-wake_alarm,-mac_admin,-mac_override \
		/usr/lib/systemd/systemd --unit=basic.target
}

# A cgroup for it; where that cannot be, as in some containers, systemd cannot either.
may_boot() { mount -t cgroup2 none "$WORK/cgroups" && mkdir "$CGROUP" && sh -c "echo \$\$ > $CGROUP/cgroup.procs"; }

boot() {
	timeout -s KILL 120 bash -c 'echo $$ > "$1/cgroup.procs"; shift; exec "$@"' bash "$CGROUP" \
		unshare --mount --pid --ipc --uts --cgroup --fork --kill-child --propagation private -- \
		bash "$here/package.sh" phase_systemd > "$WORK/systemd.log" 2>&1 &
	MACHINE=$!
	within 20 booted
}

booted() { # systemd's own process, as this side sees it
	INIT=$(pgrep -f '^/usr/lib/systemd/systemd --unit=basic.target$') && on systemctl is-active basic.target
}

on() { # COMMAND...: on the machine that has booted
	nsenter -t "$INIT" --mount --pid --ipc --uts --cgroup --root --wd env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

power_off() {
	kill -KILL "$INIT"
	wait "$MACHINE"
}

state_is() { is "$(on systemctl is-active cam_server)" "$1"; }
journal_says() { on journalctl --no-pager -u cam_server | tee -a "$WORK/check.log" | grep -E -- "$1" > /dev/null; }
main_pid() { on systemctl show -P MainPID cam_server; }

check_7_systemd() {
	local pid user
	may_boot > "$WORK/check.log" 2>&1 || { say "left out: systemd, which takes a cgroup of its own"; return; }
	rm -f "$ROOT/usr/sbin/policy-rc.d" # services may start
	boot || { ok "systemd boots" not cat "$WORK/systemd.log"; return; }
	ok "systemd: it installs" on bash -c 'apt-get -qq install -y /cam-server_*.deb'
	ok "systemd: the service is not started" state_is inactive
	user=$(on id -u cam_server)
	ok "systemd: without a camera it does not start" not on systemctl start cam_server
	ok "systemd: ... and the journal says why" within 5 journal_says 'there is no camera; add one'
	ok "systemd: ... and it is not tried again" state_is failed
	add_camera
	ok "systemd: with a camera it starts" on systemctl enable --now cam_server
	ok "systemd: it is active" state_is active
	ok "systemd: it gives a picture" within 20 is_picture
	ok "systemd: it records" within 20 recorded
	ok "systemd: it shows its cameras" within 10 status_shows '1 of 1'
	pid=$(main_pid)
	ok "systemd: it runs as its user" is "$(on ps -o user= -p "$pid")" cam_server
	ok "systemd: it reloads" on systemctl reload cam_server
	ok "systemd: ... and goes on" is "$(main_pid)" "$pid"
	ok "systemd: an upgrade works" on bash -c 'dpkg -i /cam-server_*.deb'
	ok "systemd: ... and restarts it" within 20 state_is active
	ok "systemd: ... as another process" not is "$(main_pid)" "$pid"
	ok "systemd: it stops" on systemctl stop cam_server
	ok "systemd: ... without an error" is "$(on systemctl show -P Result cam_server)" success
	on systemctl start cam_server
	ok "systemd: it is purged while it runs" on apt-get -qq purge -y cam-server
	ok "systemd: ... which ends it" not on pgrep -x cam_server
	ok "systemd: ... and leaves nothing but the recordings" is "$(left_over "$user")" ""
	power_off
}

# In mounts of its own, when all in it has ended.
remove_cgroup() {
	unshare --mount --propagation private bash -c 'mount -t cgroup2 none "${1%/*}" || exit 0
		for _ in {1..100}; do
			[ -d "$1" ] && ! find "$1" -depth -type d -exec rmdir {} + || break
			sleep 0.1
		done' bash "$CGROUP" 2> /dev/null
}

main() {
	local base tar
	keep=$(grep -x -- --keep <<< "${1:-}")
	[ "$(id -u)" = 0 ] || die "needs root"
	[ -f "$top/debian/control" ] || die "no debian/ here"
	need debootstrap iproute2 curl xxd
	base=$(base_tar) || die "no Debian 13 root"
	tar=$(installed_tar build "$base" "$BUILD_PACKAGES") && tar=$(installed_tar package "$tar" "$PACKAGE_PACKAGES") ||
		die "no root to build in"
	WORK=$(mktemp -d "$cache/package.XXXXXX") || die "no room in $cache"
	chmod 755 "$WORK"
	trap 'remove_cgroup; [ -n "$keep" ] || rm -rf --one-file-system "$WORK"' EXIT
	[ -z "$keep" ] || say "keeping $WORK"
	export WORK BUILDER=$WORK/builder ROOT=$WORK/root CGROUP=$WORK/cgroups/${WORK##*/}
	mkdir "$BUILDER" "$ROOT" "$WORK/cgroups" && tar -C "$BUILDER" -xf "$tar" && tar -C "$ROOT" -xf "$base" &&
		export_tree "$top" "$BUILDER/build/src" || die "cannot fill $WORK"
	rm "$ROOT/etc/dpkg/dpkg.cfg.d/slim" "$BUILDER/etc/dpkg/dpkg.cfg.d/slim" # manuals are to be seen
	say "building the packages"
	apart --net phase_build || { why_not; die "they do not build"; }
	cp "$BUILDER"/build/cam-server_*.deb "$ROOT/" || die "there is no package"
	say "installing cam-server where nothing is"
	apart phase_install || { tail -20 "$WORK/apt.log"; die "apt does not install it"; }
	apart --net phase_checks
}

apart() { # [--net] PHASE: in namespaces, ended with this script
	timeout -s KILL $LIMIT_SECONDS unshare --mount --pid --fork --kill-child --mount-proc --propagation private ${2:+"$1"} -- \
		bash "$here/package.sh" "${2:-$1}" &
	# timeout leads a process group, and what it kills takes the namespaces' processes along.
	trap 'kill -KILL -- -$!' TERM INT HUP
	wait $!
}

case ${1:-} in
phase_*) "$@" ;;
*) main "$@" ;;
esac
