#!/bin/sh
# SPDX-License-Identifier: MIT
# The reader's header stands alone, in C and in C++, without a warning.
flags="-Wall -Wextra -Wpedantic -Wshadow -Wundef -Werror -fsyntax-only -I$top_srcdir/include"
code='#include <cam/shm_ring.h>
int main(void) { struct cam_shm r; int e = cam_shm_open("none", &r); cam_shm_close(&r); return e == -ENOENT; }'

try() { # NUMBER COMPILER FLAGS...
	number=$1
	shift
	if ! command -v "$1" >/dev/null 2>&1; then
		echo "ok $number - $* # SKIP no such compiler"
	elif printf '%s\n' "$code" | "$@" $flags -; then
		echo "ok $number - $*"
	else
		echo "not ok $number - $*"
	fi
}

echo 1..4
try 1 gcc -std=gnu11 -x c
try 2 g++ -std=gnu++17 -x c++
try 3 clang -std=gnu11 -x c
try 4 clang++ -std=gnu++17 -x c++
