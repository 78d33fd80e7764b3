#!/bin/sh
# SPDX-License-Identifier: MIT
# The plugins of doc/writing-a-plugin.md, taken from the page, built against the installed header and .pc, and run.
# CAM_TEST_INSTALLED=PAGE takes that page, and all else from where packages install it.
set -eu
tmp=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || :; rm -rf "$tmp"' EXIT

n=0
ok() { n=$((n + 1)); echo "ok $n - $1"; }
fail() { n=$((n + 1)); echo "not ok $n - $1"; sed 's/^/# /' "$tmp/log"; exit 1; }
fenced() { awk -v fence="\`\`\`$1" '$0 == fence {on = 1; next} /^```/ {on = 0} on' "$page"; }
page=${CAM_TEST_INSTALLED:-${top_srcdir:-}/doc/writing-a-plugin.md}

echo "1..6"
if [ -n "${CAM_TEST_INSTALLED:-}" ]; then
    cam_server=$(command -v cam_server) || fail "cam_server is installed"
else
    cam_server=$top_builddir/cam_server
    make -C "$top_builddir" install-camincludeHEADERS install-pkgconfigDATA DESTDIR="$tmp/root" > "$tmp/log" 2>&1 ||
        fail "header and .pc install"
    export PKG_CONFIG_PATH="$(dirname "$(find "$tmp/root" -name cam_server.pc)")" PKG_CONFIG_SYSROOT_DIR="$tmp/root"
fi
ok "header and .pc install"

cd "$tmp"
fenced c > dark_alarm.c
fenced "c listener" > watchman.c
fenced yaml > hall.yaml
fenced sh | sed -n '/^cc /,/[^\\]$/p' > build.sh
sh -e build.sh > log 2>&1 || fail "the page's plugin builds with the page's command"
[ "$(nm -D --defined-only dark_alarm.so | awk '$2 ~ /[DR]/ {print $3}')" = cam_plugin_1 ] || fail "one symbol"
ok "the page's plugin builds with the page's command"
sed s/dark_alarm/watchman/g build.sh > build_listener.sh
sh -e build_listener.sh > log 2>&1 || fail "the page's listener builds in the same way"
ok "the page's listener builds in the same way"

export CAM_SERVER_PLUGIN_PATH="$tmp${top_builddir:+:$top_builddir/.libs}"
"$cam_server" --help dark_alarm > log 2>&1 && grep -q threshold log || fail "--help knows its options"
ok "--help knows its options"

mkfifo lines
"$cam_server" -c hall.yaml 2> lines &
server=$!
# All lines, in whichever order they come.
timeout 20 sh -c 'while read -r line; do
    echo "$line"
    case $line in
    *"warn guard: hall: dark (covered), says hall.detector"*) seen=1 ;;
    *"info guard: cameras that are live: 1"*) heard=1 ;;
    esac
    [ -z "$seen" ] || [ -z "$heard" ] || exit 0
done' < lines > log || :
if grep -q 'warn guard: hall: dark (covered), says hall.detector' log; then
    ok "the detector sees a picture, and the listener hears its event"
else
    fail "the detector sees a picture, and the listener hears its event"
fi
grep -q 'info guard: cameras that are live: 1' log || fail "the listener hears that the camera is live"
ok "the listener hears that the camera is live"
kill -TERM "$server"
wait "$server" || :
server=
