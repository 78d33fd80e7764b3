#!/bin/bash
# SPDX-License-Identifier: MIT
# What is rendered from the option tables and committed is what the server renders now, and can be used.
: "${top_srcdir:=.}" "${top_builddir:=.}"
: "${CAM_SERVER_PLUGIN_PATH:=$top_builddir/.libs}"
export CAM_SERVER_PLUGIN_PATH
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
n=0

if ! "$top_builddir/cam_server" --plugins | grep -q '^ws_view *sink'; then
	echo '1..0 # SKIP not all plugins are built'
	exit 0
fi

# ok NAME COMMAND...: one test
ok()
{
	name=$1
	shift
	n=$((n + 1))
	if "$@" >"$work/out" 2>&1; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		sed 's/^/# /' "$work/out"
	fi
}

# same FILE OPTION...: the committed copy is what the server prints
same()
{
	file=$top_srcdir/$1
	shift
	"$top_builddir/cam_server" "$@" >"$work/now" && diff -u "$file" "$work/now" && return
	echo 'the tables or a template have changed: run make regenerate'
	return 1
}

# reads PAGE: groff has nothing to say about it, and it is not empty
reads()
{
	command -v groff >/dev/null || return 0
	groff -man -Kutf8 -ww -Tutf8 "$top_srcdir/doc/$1" >"$work/page" 2>"$work/warnings" &&
		[ "$(wc -l <"$work/page")" -gt 50 ] && ! grep . "$work/warnings"
}

# completes WANTED WORD...: the last of the words becomes one of WANTED's, in this order
completes()
{
	wanted=$1
	shift
	got=$(
		cam_server() { "$top_builddir/cam_server" "$@"; }
		. "$top_srcdir/doc/cam_server.bash-completion" || exit 1
		COMP_WORDS=(cam_server "$@") COMP_CWORD=$#
		_cam_server
		echo "${COMPREPLY[*]}"
	)
	[ "$got" = "$wanted" ] || { echo "it completes $* to: $got"; return 1; }
}

echo 1..16
ok 'config/cam_server.yaml is what --example prints' same config/cam_server.yaml --example
ok 'cam_server(1) is up to date' same doc/cam_server.1 --man 1
ok 'cam_server.yaml(5) is up to date' same doc/cam_server.yaml.5 --man 5
ok 'the completion is up to date' same doc/cam_server.bash-completion --completion
ok 'cam_server(1) is right for groff' reads cam_server.1
ok 'cam_server.yaml(5) is right for groff' reads cam_server.yaml.5
ok 'options are completed' completes '--set --schema' --s
ok 'hidden options are not' completes '' --m
ok 'plugins are completed' completes 'mem_ring' --help m
ok 'sections are completed' completes 'server.' -s se
ok 'keys of the server are completed' completes 'server.timezone=' -s server.t
ok 'keys of stages are completed' completes 'cameras.a.b.mode=' -s cameras.a.b.mo
ok 'keys of listeners are completed' completes 'listeners.a.plugin=' -s listeners.a.pl
ok 'the section of listeners is completed' completes 'listeners.' -s li
ok 'values are completed' completes 'udp' -s cameras.a.b.transport = u
ok 'all values are shown' completes 'true false' -s defaults.source.audio =
