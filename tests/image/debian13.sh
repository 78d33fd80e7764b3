#!/bin/bash
# SPDX-License-Identifier: MIT
# Build with Debian 13's compiler and libraries and run the unit and plugin tests there. As root; the network is used for
# apt only, and nothing outside $XDG_CACHE_HOME/cam_server-tests is touched.
#
#     tests/image/debian13.sh [--keep]
#
# CAM_TESTS="NAME ..." runs these only. --keep leaves the root with the build in it. Ends with "N passed, N failed"; exit 0 when none failed.
set -u -o pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
. "$here/base.sh"

LIMIT_SECONDS=1500

# ---- inside: own mounts, processes, and a network of nothing but a loopback device ----

# shellcheck disable=SC2317 # called by name
build_and_test() { # ROOT
	mount --rbind /dev "$1/dev" && mount -t tmpfs -o mode=1777 none "$1/dev/shm" && mount -t proc proc "$1/proc" &&
		ip link set lo up || return 1
	nice chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 CAM_TEST_SKIP_SYSTEM=1 \
		CAM_TESTS="${CAM_TESTS-}" \
		bash -euc '
		cd /src && autoreconf -fi > /build/autoreconf.log 2>&1
		cd /build
		say() { printf "%s\n" "$*"; }
		say "$(gcc --version | head -1); FFmpeg $(pkg-config --modversion libavcodec)," \
			"libwebsockets $(pkg-config --modversion libwebsockets), libuv $(pkg-config --modversion libuv)"
		/src/configure --enable-werror --enable-asserts CFLAGS="-O2 -g" > configure.log 2>&1 || { tail -5 configure.log; exit 1; }
		say "building"
		make -j2 > make.log 2>&1 || { grep -E "error|Error" make.log | head -40; exit 1; }
		say "testing"
		make -j2 check ${CAM_TESTS:+TESTS="$CAM_TESTS"} > check.log 2>&1 || true
		grep -E ": (error|fatal error|undefined)" check.log | head -20 || true
		'
}

# ---- outside ----

count() { # WORD: how many results of this kind the tests have
	cat "$root"/build/*.trs "$root"/build/*/*/*.trs "$root"/build/*/*.trs 2>/dev/null | grep -c "^:test-result: $1"
}

main() {
	local base tar
	[ "$(id -u)" = 0 ] || die "needs root"
	need debootstrap iproute2
	base=$(base_tar) || die "no Debian 13 root"
	tar=$(installed_tar build "$base" "$BUILD_PACKAGES") || die "no root to build in"
	root=$(mktemp -d "$cache/debian13.XXXXXX") || die "no room in $cache"
	trap 'rm -rf --one-file-system "$root"' EXIT
	[ "${1:-}" != --keep ] || { trap - EXIT; say "keeping $root"; }
	tar -C "$root" -xf "$tar" && mkdir "$root/build" && export_tree "$top" "$root/src" || die "cannot fill $root"
	declare -f build_and_test > "$root/steps.sh"
	timeout -s KILL $LIMIT_SECONDS unshare --mount --pid --fork --kill-child --net --propagation private \
		bash -c '. "$1/steps.sh"; build_and_test "$1"' bash "$root" &
	# timeout leads a process group, and what it kills takes the namespaces' processes along.
	trap "kill -KILL -- -$!" TERM INT HUP
	wait $! || die "it does not build"
	grep -rl --include=*.trs -E '^:test-result: (FAIL|ERROR)' "$root/build" | while read -r trs; do
		say "FAIL $(basename "$trs" .trs)"
		grep -B12 -E '^(not ok|ERROR|Bail out)' "${trs%.trs}.log" | head -40 | sed 's/^/     | /'
	done
	say "$(count PASS) passed, $(($(count FAIL) + $(count ERROR))) failed"
	[ "$(count PASS)" -gt 0 ] && [ "$(($(count FAIL) + $(count ERROR)))" = 0 ]
}

main "$@"
