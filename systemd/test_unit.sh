#!/bin/sh
# SPDX-License-Identifier: MIT
# The unit is one that systemd reads without complaint, and its exposure is at most 2.0.
set -u
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

if ! systemd-analyze security --help > "$tmp/help" 2>&1 || ! grep -q -e --offline "$tmp/help"; then
    echo "1..0 # SKIP no systemd-analyze that knows security --offline"
    exit 0
fi
echo "1..2"
# Programs that are there: this one is not installed, and kill is another package's.
sed -e 's|@bindir@/cam_server|/bin/true|; s|@sysconfdir@|/etc|; s|^ExecReload=kill |ExecReload=/bin/true |' \
    "$top_srcdir/systemd/cam_server.service.in" > "$tmp/cam_server.service"

systemd-analyze verify --man=no "$tmp/cam_server.service" > "$tmp/said" 2>&1
if grep -q cam_server.service "$tmp/said"; then
    sed 's/^/# /' "$tmp/said"
    echo "not ok 1 - the unit is right"
else
    echo "ok 1 - the unit is right"
fi
if systemd-analyze security --no-pager --offline=true --threshold=20 "$tmp/cam_server.service" > "$tmp/said" 2>&1; then
    echo "ok 2 - its exposure is at most 2.0"
else
    sed 's/^/# /' "$tmp/said"
    echo "not ok 2 - its exposure is at most 2.0"
fi
