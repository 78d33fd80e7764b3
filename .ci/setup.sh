# SPDX-License-Identifier: MIT
# What `run` and `run-tests` share: the packages of Debian, and building out of tree. Sourced, not run.

BUILD_PACKAGES="build-essential autoconf automake libtool pkg-config libuv1-dev libyaml-dev libjansson-dev libcrypt-dev libturbojpeg0-dev
libavformat-dev libavcodec-dev libavutil-dev libswscale-dev libwebsockets-dev"
TEST_PACKAGES="ffmpeg opencv-doc python3 python3-venv python3-numpy python3-gi gir1.2-gst-rtsp-server-1.0
gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad binutils chromium nodejs npm
python3-jsonschema python3-yaml groff-base strace"
LINT_PACKAGES="clang libclang-rt-dev clang-format clang-tidy cppcheck"

jobs=$(nproc)

say()
{
	printf '%s %s\n' "$(date +%H:%M:%S)" "$*"
}

is_installed()
{
	case $1 in
	npm) command -v npm >/dev/null && return 0 ;;
	nodejs) command -v node >/dev/null && return 0 ;;
	chromium) command -v chromium >/dev/null && return 0 ;;
	esac
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# watched LOG COMMAND...: the output is added to LOG; a terminal shows meanwhile for how long, and the last line of it.
watched()
{
	local log=$1 watcher= code
	shift
	if [ -t 1 ]; then
		watch_log "$log" "$(tput cols 2>/dev/null || echo 80)" &
		watcher=$!
	fi
	"$@" >>"$log" 2>&1
	code=$?
	if [ -n "$watcher" ]; then
		kill "$watcher"
		wait "$watcher" 2>/dev/null
		printf '\r\033[K'
	fi
	return $code
}

watch_log()
{
	local began=$SECONDS
	while sleep 1 && kill -0 $$ 2>/dev/null; do
		printf '\r\033[K%8d s  %s' $((SECONDS - began)) "$(tail -n 1 "$1" | tr -cd '[:print:]' | cut -c "1-$(($2 - 14))")"
	done
}

# Which of the packages are to be installed. Says so, and has sudo ask for its password before a log hides the question.
need_packages()
{
	local package
	missing=
	as_root=
	for package in "$@"; do
		is_installed "$package" || missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	command -v apt-get >/dev/null || {
		echo "This is not Debian; install the like of:$missing" >&2
		return 1
	}
	echo "to be installed:$missing" | fold -s -w 100 | sed 's/^/         /'
	[ "$(id -u)" != 0 ] || return 0
	as_root=sudo
	{ command -v sudo >/dev/null && sudo true; } || {
		echo "You are not root, and sudo does not work. Let root run, then try again:" >&2
		echo "apt-get update; apt-get install --no-install-recommends$missing" >&2
		return 1
	}
}

# Install what need_packages found.
packages()
{
	[ -n "$missing" ] || return 0
	# What fails to update may be somebody else's archive; what is missing then, install says.
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600 update
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 \
		install --no-install-recommends $missing
}

# configure and what it makes makefiles of.
generated()
{
	if [ ! -x configure ] || [ configure.ac -nt configure ] || [ Makefile.am -nt Makefile.in ]; then
		autoreconf -fi
	fi
}

# configured FOLDER [OPTION]...: a build folder made by configure, once for each set of options.
configured()
{
	folder=$1
	shift
	generated || return 1
	if [ ! -f "$folder/Makefile" ] || [ "$(cat "$folder/options" 2>/dev/null)" != "$*" ]; then
		mkdir -p "$folder" && (cd "$folder" && "$OLDPWD/configure" -q "$@") || return 1
		printf '%s\n' "$*" >"$folder/options"
	fi
}
