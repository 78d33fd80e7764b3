# SPDX-License-Identifier: MIT
# A Debian 13 root as the official slim image is, from the Debian mirror that this machine's apt uses. To be sourced.
# Made once, and kept in $XDG_CACHE_HOME/cam_server-tests by a hash of what it is made of.

SUITE=trixie
# What building and testing takes.
BUILD_PACKAGES="gcc g++ libc6-dev make autoconf automake libtool pkgconf python3 python3-numpy clang
	libuv1-dev libyaml-dev libjansson-dev libcrypt-dev libturbojpeg0-dev libavformat-dev libavcodec-dev libswscale-dev libavutil-dev
	libwebsockets-dev"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/cam_server-tests

say() { printf '%s\n' "$*"; }
die() { say "$(basename "$0"): $*" >&2; exit 1; }

# need PACKAGE...: install what is missing.
need() {
	local missing="" package
	for package; do
		dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	say "installing$missing"
	# shellcheck disable=SC2086 # a list of words
	DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq install -y --no-install-recommends $missing \
		>/dev/null || die "cannot install$missing: run apt-get update"
}

# The addresses of Debian's main archive and of its security archive.
mirrors() {
	apt-get indextargets --format '$(SITE) $(ORIGIN) $(LABEL)' 'Created-By: Packages' 2>/dev/null | sort -u |
		awk '$2 == "Debian" && !seen[$3]++ { print ($3 == "Debian-Security" ? "security" : "main"), $1 }' | sort
}

# What a machine needs to reach its mirror, such as a proxy, holds inside too.
apt_settings() {
	apt-config dump | grep -E '^Acquire::(Check-Valid-Until|Check-Date|Retries|https?::Proxy) '
	say 'Acquire::Languages "none"; APT::Install-Recommends "false";'
}

apt_sources() { # MAIN SECURITY
	say "deb $1 $SUITE main"
	say "deb $1 $SUITE-updates main"
	[ -z "$2" ] || say "deb $2 $SUITE-security main"
}

# As the official slim image leaves them out.
leave_out() {
	say 'path-exclude /usr/share/doc/*'
	say 'path-include /usr/share/doc/*/copyright'
	say 'path-exclude /usr/share/info/*'
	say 'path-exclude /usr/share/locale/*'
	say 'path-exclude /usr/share/man/*'
}

slim_root() { # ROOT
	rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/cache/apt/*.bin "$1"/var/lib/apt/lists/* "$1"/var/log/* \
		"$1"/usr/share/man/* "$1"/usr/share/info/* "$1"/usr/share/locale/* "$1"/tmp/*
	find "$1/usr/share/doc" -mindepth 1 ! -type d ! -name copyright -delete
	find "$1/usr/share/doc" -mindepth 1 -type d -empty -delete
	find "$1/dev" -mindepth 1 -delete
	rm -f "$1/etc/resolv.conf" "$1/etc/hostname"
}

make_base() { # TAR MAIN SECURITY
	local root log=$1.log rc=0
	root=$(mktemp -d "$cache/base.XXXXXX") || return 1
	chmod 755 "$root"
	nice debootstrap --variant=minbase "$SUITE" "$root" "$2" > "$log" 2>&1 || rc=1
	if [ $rc = 0 ]; then
		rm -f "$root"/etc/apt/sources.list.d/*
		apt_sources "$2" "$3" > "$root/etc/apt/sources.list"
		apt_settings > "$root/etc/apt/apt.conf.d/90cam_server"
		leave_out > "$root/etc/dpkg/dpkg.cfg.d/slim"
		printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
		chmod 755 "$root/usr/sbin/policy-rc.d"
		slim_root "$root"
		nice tar -C "$root" --numeric-owner --one-file-system --sort=name -cf "$1.part" . && mv "$1.part" "$1" || rc=1
	else
		tail -5 "$log" >&2
	fi
	rm -rf --one-file-system "$root"
	return $rc
}

# Print the path of the tar file, after making it when it is not there.
base_tar() {
	local main security tar
	mkdir -p "$cache" || return 1
	main=$(mirrors | awk '$1 == "main" { print $2; exit }')
	security=$(mirrors | awk '$1 == "security" { print $2; exit }')
	main=${main:-http://deb.debian.org/debian}
	tar=$cache/base-$SUITE-$( { declare -f make_base slim_root leave_out apt_settings apt_sources
		say "$main $security"; apt_settings; } | sha256sum | cut -c1-12).tar
	(
		flock 9
		[ -s "$tar" ] || { say "making a Debian root of $main" >&2; timeout 900 bash -c "$(declare -f); $(declare -p SUITE cache)
			make_base $tar $main $security" || exit 1; }
	) 9> "$cache/base.lock" || return 1
	say "$tar"
}

# Packages by apt, from the network: run in own mounts, with the list in $PACKAGES.
install_root() { # ROOT
	cp /etc/resolv.conf "$1/etc/resolv.conf"
	mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" || return 1
	# shellcheck disable=SC2086 # a list of words
	DEBIAN_FRONTEND=noninteractive nice chroot "$1" sh -euc 'apt-get -qq update
		apt-get -qq install -y --no-install-recommends "$@"; apt-get clean' install $PACKAGES < /dev/null
}

make_installed() { # TAR BASE, with the list in $PACKAGES
	local root rc=0
	root=$(mktemp -d "$cache/root.XXXXXX") || return 1
	say "installing packages into a root of its own" >&2
	{ tar -C "$root" -xf "$2" && declare -f install_root > "$1.sh" &&
		PACKAGES=$PACKAGES timeout 900 unshare --mount --propagation private \
			bash -c '. "$1"; install_root "$2"' bash "$1.sh" "$root"; } > "$1.log" 2>&1 || rc=1
	[ $rc = 0 ] || tail -5 "$1.log" >&2
	[ $rc = 0 ] && nice tar -C "$root" --numeric-owner --one-file-system -cf "$1.part" . && mv "$1.part" "$1" || rc=1
	rm -rf --one-file-system "$root"
	return $rc
}

# Print the path of the tar file of a root with packages added, after making it when it is not there.
installed_tar() { # NAME TAR PACKAGES
	local PACKAGES=$3 tar
	tar=$cache/$1-$SUITE-$( { say "$2 $PACKAGES"; declare -f install_root; } | sha256sum | cut -c1-12).tar
	(
		flock 9
		[ -s "$tar" ] || make_installed "$tar" "$2" || exit 1
	) 9> "$cache/$1.lock" || return 1
	say "$tar"
}

# The tree without what is built in it.
export_tree() ( # FROM TO
	mkdir -p "$2" && cd "$1" || return 1
	if [ -e .git ]; then
		git -c safe.directory='*' ls-files -z --cached --others --exclude-standard
	else
		find . -path './build*' ! -path './build-aux*' -prune -o ! -type d -print0
	fi | while IFS= read -rd '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done |
		tar --null -T - -cf - | tar -C "$2" --no-same-owner -xf -
)

# ---- checks; what they say goes to $WORK ----

PASSED=0
FAILED=0

ok() { # NAME COMMAND...: passes when it succeeds
	local name=$1
	shift
	if "$@" > "$WORK/check.log" 2>&1; then
		PASSED=$((PASSED + 1))
		say "ok   $name"
	else
		FAILED=$((FAILED + 1))
		say "FAIL $name"
		tail -15 "$WORK/check.log" | cut -c1-400 | sed 's/^/     | /'
	fi
}

is() { [ "$1" = "$2" ] || { say "\"$1\" is not \"$2\""; return 1; }; }
at_most() { [ "$1" -le "$2" ] || { say "$1 is more than $2"; return 1; }; }
not() { ! "$@"; }
get() { curl -sS -f --max-time 5 "http://127.0.0.1:$1$2"; }

within() { # SECONDS COMMAND...: succeeds as soon as the command does
	local end=$((SECONDS + $1))
	shift
	until "$@" > "$WORK/within.log" 2>&1; do
		[ $SECONDS -lt $end ] || { say "in vain: $*"; tail -5 "$WORK/within.log"; return 1; }
		sleep 0.1
	done
}
