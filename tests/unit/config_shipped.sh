#!/bin/sh
# SPDX-License-Identifier: MIT
# The configurations that come with the server are right for the plugins that come with it, and show every option.
: "${top_srcdir:=.}" "${top_builddir:=.}"
: "${CAM_SERVER_PLUGIN_PATH:=$top_builddir/.libs}"
export CAM_SERVER_PLUGIN_PATH
server=$top_builddir/cam_server
yaml=$top_srcdir/config/cam_server.yaml
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
n=0

if ! "$server" --plugins | grep -q '^ws_view *sink'; then
	echo '1..0 # SKIP not all plugins are built'
	exit 0
fi

# ok NAME COMMAND...: one test; it fails too when the command says something on its standard error
ok()
{
	name=$1
	shift
	n=$((n + 1))
	if "$@" >"$work/out" 2>"$work/err" && ! [ -s "$work/err" ]; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		sed 's/^/# /' "$work/out" "$work/err"
	fi
}

# The shipped file with every option written out.
sed 's/#- //; s/user: admin/user: ""/; s/"${FRONT_PASSWORD}"/""/' "$yaml" >"$work/all.yaml"

all_options()
{
	"$server" --print-config -c "$work/all.yaml" >"$work/printed" || return 1
	# In the file each option stands once; of the cameras only those at the top of a plugin's list name all.
	for plugin in rtsp_in test_in shm_ring mem_ring recorder_mp4 ws_view; do
		"$server" --help $plugin | sed -n 's/^  \([a-z_]*\)  (.*/\1/p' | sort -u |
			grep -vx 'plugin\|from\|required' | while read -r option; do
			grep -q "^ *\(#- \)\{0,1\}$option:" "$yaml" || echo "$plugin: $option is not shown" >&2
		done
	done
}

same_values()
{
	"$server" --print-config -c "$yaml" | sed 's/  *#.*//' >"$work/plain" || return 1
	"$server" --print-config -c "$work/all.yaml" | sed 's/  *#.*//' >"$work/all" || return 1
	diff "$work/plain" "$work/all"
}

# The package's file says what is missing, and is right with the camera that it shows.
package()
{
	[ -e "$top_srcdir/debian/cam_server.yaml" ] || return 0
	"$server" --check -c "$top_srcdir/debian/cam_server.yaml" 2>"$work/said" && return 1
	grep -q 'there is no camera; add one' "$work/said" || return 1
	sed 's/^  #\(front:\)/  \1/; s/^  #\(  source:\)/  \1/' "$top_srcdir/debian/cam_server.yaml" >"$work/package.yaml"
	"$server" --check -c "$work/package.yaml"
}

echo 1..6
ok 'cam_server.yaml is right' "$server" --check -c "$yaml"
ok 'cam_server.yaml shows every option' all_options
ok 'cam_server.yaml shows the options at their defaults' same_values
ok 'single-camera mode is right' env CAMERA_RTSP_URL=rtsp://192.0.2.1/ "$server" --check
ok 'the demo is right' "$server" --check --demo
ok "the package's file is right but for a camera" package
