# SPDX-License-Identifier: MIT
# What `run` and `run-tests` share: the packages of Debian, and building out of tree. Sourced, not run.

BUILD_PACKAGES="build-essential autoconf automake libtool pkg-config libuv1-dev libyaml-dev libturbojpeg0-dev
libavformat-dev libavcodec-dev libavutil-dev libswscale-dev libwebsockets-dev libwebsockets-evlib-uv"
TEST_PACKAGES="ffmpeg opencv-doc python3 python3-numpy python3-gi gir1.2-gst-rtsp-server-1.0
gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad binutils chromium nodejs npm"
LINT_PACKAGES="clang clang-format clang-tidy cppcheck"

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

# Install those of the packages that are missing; asks for the password of sudo when not root.
packages()
{
	missing=
	for package in "$@"; do
		is_installed "$package" || missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	command -v apt-get >/dev/null || {
		echo "This is not Debian; install the like of:$missing" >&2
		return 1
	}
	as_root=
	[ "$(id -u)" = 0 ] || as_root=sudo
	echo "installing:$missing"
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600 update &&
		$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 \
			install --no-install-recommends $missing
}

# configured FOLDER [OPTION]...: a build folder made by configure, once for each set of options.
configured()
{
	folder=$1
	shift
	if [ ! -x configure ] || [ configure.ac -nt configure ] || [ Makefile.am -nt Makefile.in ]; then
		autoreconf -fi || return 1
	fi
	if [ ! -f "$folder/Makefile" ] || [ "$(cat "$folder/options" 2>/dev/null)" != "$*" ]; then
		mkdir -p "$folder" && (cd "$folder" && "$OLDPWD/configure" -q "$@") || return 1
		printf '%s\n' "$*" >"$folder/options"
	fi
}
