# SPDX-License-Identifier: MIT
# docker build -t cam_server .

FROM debian:trixie-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
	gcc libc6-dev make autoconf automake libtool pkgconf libcap2-bin \
	libuv1-dev libyaml-dev libjansson-dev libcrypt-dev libturbojpeg0-dev libwebsockets-dev \
	libavformat-dev libavcodec-dev libswscale-dev libavutil-dev
COPY . /src
WORKDIR /build
RUN cd /src && autoreconf -fi && cd /build && \
	/src/configure --prefix=/usr --sysconfdir=/etc --without-systemdsystemunitdir CFLAGS="-O2 -g0" && make -j"$(nproc)" && \
	make install-strip DESTDIR=/image && \
	rm -rf /image/usr/include /image/usr/share /image/usr/lib/*/pkgconfig /image/usr/lib/pkgconfig && \
	find /image -name '*.la' -delete && \
	install -D -m 644 /src/LICENSE /image/usr/share/doc/cam_server/copyright && \
	setcap cap_chown,cap_setpcap+p /image/usr/bin/cam_server

# A program beside it that reads pictures from shared memory: docker build --target reader ...
FROM debian:trixie-slim AS reader
COPY --from=build /build/examples/read_ring /usr/bin/read_ring
USER 10001:10001
ENTRYPOINT ["/usr/bin/read_ring"]

FROM debian:trixie-slim
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="cam_server" \
	org.opencontainers.image.description="Media server for IP cameras: live view, recordings and pictures in shared memory" \
	org.opencontainers.image.version="$VERSION" \
	org.opencontainers.image.licenses="MIT" \
	org.opencontainers.image.base.name="docker.io/library/debian:trixie-slim"
# The tz database is for LOCAL_TIMEZONE, with old names.
RUN apt-get update && apt-get install -y --no-install-recommends \
	libuv1t64 libyaml-0-2 libjansson4 libcrypt1 libturbojpeg0 libwebsockets19t64 tzdata tzdata-legacy \
	libavformat61 libavcodec61 libswscale8 libavutil59 && \
	apt-get clean && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/debconf/* /var/log/* && \
	echo 'cam_server:x:10001:10001::/nonexistent:/usr/sbin/nologin' >> /etc/passwd && \
	echo 'cam_server:x:10001:' >> /etc/group && \
	install -d -o 10001 -g 10001 /recordings
COPY --from=build /image /
USER 10001:10001
EXPOSE 5000
VOLUME /recordings
# Nobody is root here: the program's own capabilities are there to take over a volume that docker has just made, and to be
# dropped for good before anything else happens. A container without them starts all the same.
ENV CAM_TAKE_OVER=10001:10001:/recordings
# Where --demo records.
ENV CAM_DEMO_RECORDINGS=/recordings
# It asks port 5000: to serve on another one, publish that (-p 8080:5000) rather than change the configuration.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD ["/usr/bin/cam_server", "--health"]
ENTRYPOINT ["/usr/bin/cam_server"]
