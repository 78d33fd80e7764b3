# SPDX-License-Identifier: MIT
# What the image must do. Sourced by run, which calls each check_*; what a check starts ends with it.

CAMERA_ADDRESS=172.30.250.1:8554 # the bridge's own address, on which containers find the machine
CAMERA_URL=rtsp://$CAMERA_ADDRESS/h264

# ---- what the checks are made of ----

image() { docker image inspect cam_server --format "$1"; }
state() { docker inspect "$1" --format "{{.State.$2}}"; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }

start() { # NAME OPTION...: a container of the image
	local name=$1
	shift
	docker run -d --name "$name" "$@" cam_server 2>&1 || { say "$name does not start"; return 1; }
}

# To its end: under pipefail, a writer that is cut off by a reader who has seen enough would count as a failure.
is_live() { get "$1" "/api/v1/cameras/$2" | grep '"state":"live"' > /dev/null; }
logs_say() { docker logs "$1" 2>&1 | tee -a "$WORK/check.log" | grep -E -- "$2" > /dev/null; }
logs_never_say() { not logs_say "$@"; }
recorded() { find "$RECORDINGS" -name '*.mp4' -size "+${1:-20}k" | grep . > /dev/null; } # [KIB]; a second takes 500

plays() { # the newest recording: seconds of H.264 that decode without an error
	local file seconds
	file=$(find "$RECORDINGS" -name '*.mp4' -printf '%T@ %p\n' | sort -n | tail -1 | cut -d' ' -f2)
	seconds=$(ffprobe -v error -select_streams v -show_entries format=duration:stream=codec_name,width -of csv=p=0 "$file")
	say "$file: $seconds"
	grep -q '^h264,1920' <<< "$seconds" && awk '/^[0-9.]+$/ { exit !($1 >= 1) }' <<< "${seconds##*$'\n'}" &&
		[ -z "$(ffmpeg -v error -nostdin -i "$file" -t 3 -f null - 2>&1 | tee -a "$WORK/check.log")" ]
}

is_jpeg() { # PORT PATH: what it gives is a picture of 896x512
	get "$1" "$2" > "$WORK/picture.jpg" && file_size=$(stat -c %s "$WORK/picture.jpg") && [ "$file_size" -gt 2000 ] &&
		is "$(ffprobe -v error -show_entries stream=codec_name,width,height -of csv=p=0 "$WORK/picture.jpg")" "$3"
}

feeds() { # PORT: at least three JPEGs of the multipart stream
	curl -sS --max-time 3 "http://127.0.0.1:$1/video_feed" > "$WORK/feed" 2>/dev/null
	[ "$(grep -ac '^Content-Type: image/jpeg' "$WORK/feed")" -ge 3 ]
}

stops() { # NAME: TERM ends it within 2 s, with exit 0
	local began
	began=$(now_ms)
	docker stop -t 8 "$1" || return 1
	at_most $(($(now_ms) - began)) 2000 && is "$(state "$1" ExitCode)" 0
}

reads_ring() { # NAME RING OPTION...: three pictures in a container that shares the other's IPC
	local name=$1 ring=$2
	shift 2
	docker run --rm --network none --ipc "container:$name" "$@" cam_server_reader -n 3 -t 15 "$ring" | tee -a "$WORK/check.log" |
		grep -c '^seq .* 896x512 ' | grep -qx 3
}

before_all() {
	echo 1 > /proc/sys/net/ipv4/ip_forward # of the private network only; docker warns otherwise
	/usr/bin/python3 "$WORK/tree/tests/tools/camera.py" --port 8555 "h264=$FOOTAGE/h264.annexb" "h265=$FOOTAGE/h265.annexb" \
		> "$WORK/camera.log" 2>&1 &
	CAMERA=$!
	socat "TCP-LISTEN:8554,bind=${CAMERA_ADDRESS%:*},fork,reuseaddr" TCP:127.0.0.1:8555 2> /dev/null &
	FORWARD=$!
	within 20 grep -q '^ready' "$WORK/camera.log" || die "the test camera does not start"
	clean_up
}

clean_up() {
	# Twice: containers that share another's IPC go first.
	for _ in 1 2; do docker ps -aq | xargs -r docker rm -f -v; done > /dev/null 2>&1
	rm -rf "$RECORDINGS"
	install -d -o 10001 -g 10001 "$RECORDINGS"
}

after_all() { kill $CAMERA $FORWARD; }

# ---- the checks ----

check_image() {
	local tools='for c in cc gcc c++ ld as make tcc clang; do ! command -v $c || exit 1; done'

	ok "the image runs as 10001:10001" is "$(image '{{.Config.User}}')" 10001:10001
	ok "it is of at most 280 MB ($(($(image '{{.Size}}') / 1000000)) MB)" at_most "$(image '{{.Size}}')" 280000000
	ok "it has no compiler" docker run --rm --entrypoint sh cam_server -c "$tools"
	ok "it starts the binary itself" is "$(image '{{json .Config.Entrypoint}}')" '["/usr/bin/cam_server"]'
	ok "it names port and volume" is "$(image '{{json .Config.ExposedPorts}}{{json .Config.Volumes}}')" \
		'{"5000/tcp":{}}{"/recordings":{}}'
	ok "its health is asked by the binary" is "$(image '{{json .Config.Healthcheck.Test}}')" \
		'["CMD","/usr/bin/cam_server","--health"]'
	ok "it tells its licence" is "$(image '{{index .Config.Labels "org.opencontainers.image.licenses"}}')" MIT
	ok "the licence is in it" docker run --rm --entrypoint grep cam_server -q 'Permission is hereby granted' \
		/usr/share/doc/cam_server/copyright
	docker run --rm cam_server --plugins > "$WORK/plugins.log" 2>&1
	ok "all six plugins can be used" is "$(grep -vc 'cannot be used' "$WORK/plugins.log")" 6
}

check_usage() {
	local code
	docker run --name t1 cam_server > /dev/null 2>&1
	code=$?
	ok "without an address it ends with 2" is $code 2
	ok "... and tells what to set" logs_say t1 'CAMERA_RTSP_URL.*rtsp://'
}

check_demo() {
	docker run -d --name t1 -p 5000:5000 -v "$RECORDINGS:/recordings" -e CAM_SERVER__SINKS__WEB__LISTEN=0.0.0.0:5000 \
		cam_server --demo > /dev/null
	ok "the demo: both cameras are live" within 20 both_live 5000 5000
	ok "the demo: it records" within 10 recorded
	ok "the demo: stops within 2 s, exit 0" stops t1
}

# The line of the README, with nothing added but a name.
check_environment() {
	local began
	began=$(now_ms)
	docker run -d --name t1 --shm-size=512m -e CAMERA_RTSP_URL="$CAMERA_URL" -e CAMERA_NAME=porch \
		-e SHARED_MEMORY_NAME=porch_shm -e LOCAL_TIMEZONE=US/Eastern -p 5000:5000 -v "$RECORDINGS:/recordings" \
		cam_server > /dev/null
	within 20 recorded && began=$(($(now_ms) - began))
	# Its bar: 2 s and the camera's group of pictures, 1 s.
	ok "environment: records ($began ms after docker run)" at_most "$began" "$(awk "BEGIN { print int(3000 * ${CAM_TEST_SLOW:-1}) }")"
	ok "environment: the camera is live under its name" within 10 is_live 5000 porch
	ok "environment: the page is there" bash -c 'curl -sf http://127.0.0.1:5000/ | grep -qi "<!doctype html"'
	ok "environment: a picture of the camera" is_jpeg 5000 /api/v1/cameras/porch/snapshot.jpg mjpeg,1920,1080
	ok "environment: the live feed" feeds 5000
	ok "environment: ready" get 5000 /readyz
	ok "environment: no warning about memory" logs_never_say t1 'shm'
	ok "environment: becomes healthy" within 30 is_healthy t1
	ok "environment: local time, by an old name, in the recording's name" bash -c "ls $RECORDINGS/porch/*/porch_*-0[45]00.mp4"
	docker stop -t 8 t1 > /dev/null
	ok "environment: the recording plays" plays
	ok "environment: it belongs to the container's user" is "$(stat -c %u:%g "$RECORDINGS/porch")" 10001:10001
}

is_healthy() { is "$(state "$1" Health.Status)" healthy; }

check_locked_down() {
	local locks="--read-only --cap-drop ALL --security-opt no-new-privileges"

	echo "$CAMERA_URL" > "$WORK/address"
	# shellcheck disable=SC2086 # a list of options
	ok "locked down: starts" start t1 $locks --shm-size=512m --ipc shareable -p 5000:5000 -v "$RECORDINGS:/recordings" \
		-v "$WORK/address:/run/secrets/address:ro" -e CAMERA_RTSP_URL_FILE=/run/secrets/address
	ok "locked down: the address is in no one's view" not bash -c "docker inspect t1 | grep rtsp:"
	ok "locked down: live" within 10 is_live 5000 camera_001
	# shellcheck disable=SC2086
	ok "locked down: another container reads the ring" reads_ring t1 camera_shm $locks
	ok "locked down: has no capabilities" grep -qx 'CapEff:.0*' "/proc/$(state t1 Pid)/status"
	ok "locked down: records" within 10 recorded 1000
	ok "locked down: stops within 2 s, exit 0" stops t1
	ok "locked down: nothing went wrong" logs_never_say t1 ' (error|warn) '
	ok "locked down: the recording plays" plays
}

check_shared_memory() {
	local size
	ok "64 MiB of shared memory: starts" start t1 --ipc shareable -p 5000:5000 -v "$RECORDINGS:/recordings" \
		-e CAMERA_RTSP_URL="$CAMERA_URL"
	ok "64 MiB: the size is told at the start" within 5 logs_say t1 '--shm-size=[0-9]+m'
	size=$(docker logs t1 2>&1 | grep -oE -- '--shm-size=[0-9]+m' | head -1)
	ok "64 MiB: a reader gets no picture" not reads_ring t1 camera_shm
	ok "64 MiB: what is needed is told again" logs_say t1 "needs [0-9]+ bytes.*${size:-none}"
	ok "64 MiB: recording goes on" within 10 recorded
	ok "64 MiB: the rest goes on" is_live 5000 camera_001
	ok "64 MiB: stops within 2 s, exit 0" stops t1
	clean_up
	ok "with $size: starts" start t1 ${size:-none} --ipc shareable -p 5000:5000 -v "$RECORDINGS:/recordings" \
		-e CAMERA_RTSP_URL="$CAMERA_URL"
	ok "with $size: live" within 10 is_live 5000 camera_001
	ok "with $size: a reader gets pictures" reads_ring t1 camera_shm
	ok "with $size: no word about it" logs_never_say t1 'shm-size'
}

sizes_told() { grep -oE -- '--shm-size=[0-9]+m' | sort -u; }

four_rings() {
	say "defaults:"
	say "  source: {plugin: rtsp_in, url: \"$CAMERA_URL\"}"
	say "  buffer: {plugin: shm_ring, seconds: 5, fill: always}"
	say "cameras: {a: {}, b: {}, c: {}, d: {}}"
	say "sinks: {web: {plugin: ws_view, listen: \":5000\"}}"
}

check_shared_memory_of_many() {
	local size
	four_rings > "$WORK/four.yaml"
	size=$(docker run --rm -v "$WORK/four.yaml:/four.yaml:ro" cam_server --check -c /four.yaml 2>&1 | sizes_told)
	ok "four rings: --check tells one size ($size)" is "$(wc -w <<< "$size")" 1
	docker run -d --name t1 -p 5000:5000 -v "$WORK/four.yaml:/four.yaml:ro" cam_server -c /four.yaml > /dev/null
	ok "four rings in 64 MiB: all cameras are live" within 20 all_live a b c d
	ok "four rings in 64 MiB: the log tells the same size" is "$(docker logs t1 2>&1 | sizes_told)" "$size"
	clean_up
	docker run -d --name t1 "${size:-none}" -p 5000:5000 -v "$WORK/four.yaml:/four.yaml:ro" cam_server -c /four.yaml > /dev/null
	ok "four rings with $size: all cameras are live" within 20 all_live a b c d
	ok "four rings with $size: ready" get 5000 /readyz
	ok "four rings with $size: no word about it" logs_never_say t1 'shm-size'
}

all_live() { for camera; do is_live 5000 "$camera" || return 1; done; }

# A volume of root's with something in it is not taken: it is told what to do on the host, and all else goes on.
check_owner() {
	chown root:root "$RECORDINGS"
	touch "$RECORDINGS/old"
	ok "another's volume: starts" start t1 --shm-size=512m -p 5000:5000 -v "$RECORDINGS:/recordings" \
		-e CAMERA_RTSP_URL="$CAMERA_URL"
	ok "another's volume: shows the camera" shows camera_001
	ok "another's volume: the log tells what to do on the host" logs_say t1 "$ON_HOST"
	ok "another's volume: so does the API" bash -c 'curl -sf http://127.0.0.1:5000/api/v1/cameras | grep -qE "$0"' "$ON_HOST"
	ok "another's volume: and /readyz" bash -c '! curl -sf http://127.0.0.1:5000/readyz &&
		curl -s http://127.0.0.1:5000/readyz | grep -qE "$0"' "$ON_HOST"
	chown -R 10001:10001 "$RECORDINGS"
	ok "another's volume: once it is put right, it records" within 10 recorded
	ok "another's volume: stops within 2 s, exit 0" stops t1
}

# ---- lines of docker that forget something ----

ON_HOST='on the host run: chown -R 10001:10001 '

# shows CAMERA: it is live, and there is a picture of it
shows() { within 20 is_live 5000 "$1" && is_jpeg 5000 "/api/v1/cameras/$1/snapshot.jpg" mjpeg,1920,1080; }

is_user() { is "$(awk '/^Uid:/ { print $2, $3, $4, $5 }' "/proc/$(state "$1" Pid)/status")" "$2 $2 $2 $2"; }

has_no_rights() { # NAME: no capability, and none to be had
	is "$(grep -cE '^Cap(Inh|Prm|Eff|Amb):.0+$|^NoNewPrivs:.1$' "/proc/$(state "$1" Pid)/status")" 5
}

try() { # WHAT CAMERA OPTION...: a container of the README's kind with these options shows its camera
	local what=$1 camera=$2
	shift 2
	ok "$what: starts" start t1 -p 5000:5000 "$@"
	ok "$what: shows the camera" shows "$camera"
	ok "$what: has no capabilities" has_no_rights t1
}

new_folder="$RECORDINGS/new/folder" # which docker makes, as root
address="-e CAMERA_RTSP_URL=$CAMERA_URL"
volume="-v $new_folder:/recordings"

# shellcheck disable=SC2086 # lists of options
check_forgotten_folder() {
	try "a folder that is not there" camera_001 $address $volume --shm-size=512m
	ok "a folder that is not there: it is recorded in" within 10 recorded
	ok "a folder that is not there: it is the server's" is "$(stat -c %u:%g "$new_folder")" 10001:10001
	ok "a folder that is not there: the server is its user" is_user t1 10001
	ok "a folder that is not there: nothing is wrong" logs_never_say t1 ' (error|warn) '
	clean_up
	try "--user 12345" camera_001 $address $volume --user 12345 --shm-size=512m
	ok "--user 12345: records, as that user" within 10 recorded
	ok "--user 12345: is that user" is_user t1 12345
	clean_up
	try "--user root" camera_001 $address $volume --user root --shm-size=512m
	ok "--user root: is the image's user all the same" is_user t1 10001
	ok "--user root: records" within 10 recorded
	clean_up
	try "no volume" camera_001 $address --shm-size=512m
	ok "no volume: records" within 10 docker exec t1 sh -c 'ls /recordings/camera_001/*/*.mp4'
	clean_up
	try "a volume :ro" camera_001 $address $volume:ro --shm-size=512m
	ok "a volume :ro: says so" logs_say t1 'cannot write to /recordings: .*without ":ro"'
	clean_up
}

# shellcheck disable=SC2086
check_forgotten_rights() {
	try "--read-only" camera_001 $address $volume --read-only --shm-size=512m
	ok "--read-only: records" within 10 recorded
	clean_up
	try "--privileged" camera_001 $address $volume --privileged --shm-size=512m
	ok "--privileged: not even the bounding set is left" grep -qx 'CapBnd:.0*' "/proc/$(state t1 Pid)/status"
	ok "--privileged: is not root" is_user t1 10001
	ok "--privileged: records" within 10 recorded
	clean_up
	try "--cap-drop ALL" camera_001 $address $volume --cap-drop ALL --shm-size=512m
	ok "--cap-drop ALL: tells what to do on the host" logs_say t1 "$ON_HOST"
	clean_up
	try "no-new-privileges" camera_001 $address $volume --security-opt no-new-privileges --shm-size=512m
	ok "no-new-privileges: tells what to do on the host" logs_say t1 "$ON_HOST"
	clean_up
	try "--user 0 without capabilities" camera_001 $address $volume --user 0 --cap-drop ALL --shm-size=512m
	ok "--user 0 without capabilities: records in root's folder" within 10 recorded
}

# shellcheck disable=SC2086
check_forgotten_values() {
	local fill="-e CAM_SERVER__CAMERAS__CAMERA_001__BUFFER__FILL=always" size
	try "64 MiB and fill: always" camera_001 $address $volume $fill
	ok "64 MiB and fill: always: records" within 10 recorded
	ok "64 MiB and fill: always: the size is told" logs_say t1 '--shm-size=[0-9]+m'
	size=$(docker logs t1 2>&1 | grep -oE -- '--shm-size=[0-9]+m' | sort -u)
	ok "64 MiB and fill: always: one size" is "$(wc -w <<< "$size")" 1
	clean_up
	try "with $size" camera_001 $address $volume $fill $size
	ok "with $size: no word about it" logs_never_say t1 'shm-size'
	clean_up
	ok "WIDTH=wide: starts" start t1 -p 5000:5000 $address $volume -e WIDTH=wide
	ok "WIDTH=wide: ends with 2" within 10 is_ended t1 2
	ok "WIDTH=wide: says what belongs there" logs_say t1 '(WIDTH|width).*"wide" is not a whole number'
	clean_up
	ok "no address: starts" start t1 -p 5000:5000 $volume
	ok "no address: ends with 2" within 10 is_ended t1 2
	ok "no address: says what to set" logs_say t1 'CAMERA_RTSP_URL.*rtsp://'
}

is_ended() { is "$(state "$1" Status) $(state "$1" ExitCode)" "exited $2"; }

# docker-compose with the file as it is; the images are already there.
compose() { docker-compose -p cam_server -f "$WORK/tree/docker/compose.yaml" --ansi never "$@"; }

check_compose() {
	export FRONT_URL=$CAMERA_URL YARD_URL=rtsp://$CAMERA_ADDRESS/h265
	ok "compose, a container a camera: starts" compose --profile each up -d --no-build
	ok "compose: both cameras are live" within 20 both_live 5000 5001
	ok "compose: the third container reads the ring" within 20 logs_say cam_server_reader_1 'seq [0-9]+ 896x512'
	ok "compose: ends" compose --profile each down -t 8 -v
	ok "compose, one container: starts" compose --profile one up -d --no-build
	ok "compose: both cameras are live in it" within 20 both_live 5000 5000
	ok "compose: it records both" within 10 docker run --rm --network none --volumes-from cam_server_cameras_1:ro \
		--entrypoint sh cam_server -c 'ls /recordings/front/*/front_*.mp4 /recordings/yard/*/yard_*.mp4'
	ok "compose: no warning" logs_never_say cam_server_cameras_1 ' (error|warn) '
	ok "the dashboard asks for metrics that there are" bash -c \
		'curl -sf http://127.0.0.1:5000/metrics | /usr/bin/python3 "$0"' "$WORK/tree/tests/image/dashboard.py"
	ok "compose: ends again" compose --profile one down -t 8 -v
}

both_live() { is_live "$1" front && is_live "$2" yard; }

check_manifests() {
	# The image's own binary looks at the configuration.
	printf '#!/bin/sh\nexec docker run --rm -v "$3:$3:ro" -e FRONT_PASSWORD -e YARD_PASSWORD cam_server "$@"\n' > "$WORK/cam_server"
	chmod 755 "$WORK/cam_server"
	ok "the Kubernetes manifests are of the API's types" /usr/bin/python3 "$WORK/tree/tests/image/manifests.py" "$WORK/cam_server"
}
