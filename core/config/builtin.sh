#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes C of files, byte by byte, since long string literals are not portable: builtin.sh FOLDER HEADER NAME:FILE...
folder=$1
echo "#include \"$2\""
shift 2
for f; do
	echo "const char config_${f%%:*}[] = {"
	od -An -v -tu1 "$folder/${f#*:}" | sed 's/  *\([0-9][0-9]*\)/\1,/g'
	echo '0};'
done
