#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""An IP camera for tests: GStreamer's RTSP server, sending the test footage at real time.

    camera.py [--port N] [--user NAME --password WORD]... [--basic] [--once] [--transport tcp|udp|both]
              [--audio CODEC] PATH=FILE.annexb...

Each client gets the file from its first frame; after the last the stream starts over, or ends with --once. PATH=jpeg is
a moving test picture as JPEG instead. CODEC is aac (RFC 3640), latm (RFC 6416), opus or pcma: a tone. Prints
"ready PORT" when it listens, then a line an event. Ends with SIGTERM, or with its parent.
"""
import argparse
import ctypes
import signal
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

PR_SET_PDEATHSIG = 1
FPS = 25


def say(*words):
    print(*words, flush=True)


def access_units(path):
    """The file's access units; each begins with a delimiter."""
    mark = b"\0\0\0\1\x46\1" if codec_of(path) == "h265" else b"\0\0\0\1\x09"
    with open(path, "rb") as file:
        return [mark + unit for unit in file.read().split(mark)[1:]]


AUDIO = {
    "aac": "voaacenc bitrate=64000 ! aacparse ! rtpmp4gpay",
    "latm": "voaacenc bitrate=64000 ! aacparse ! rtpmp4apay",
    "opus": "opusenc ! rtpopuspay",
    "pcma": "audioconvert ! audioresample ! audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay",
}
TRANSPORTS = {
    "tcp": GstRtsp.RTSPLowerTrans.TCP,
    "udp": GstRtsp.RTSPLowerTrans.UDP,
    "both": GstRtsp.RTSPLowerTrans.TCP | GstRtsp.RTSPLowerTrans.UDP,
}
JPEG = (
    f"videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=640,height=360,framerate={FPS}/1"
    " ! jpegenc ! rtpjpegpay name=pay0 pt=26"
)


def codec_of(path):
    return "h265" if "265" in path.rsplit("/", 1)[-1] else "h264"


def pipeline(path, audio):
    sound = f" audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2 ! {AUDIO[audio]} name=pay1 pt=97" if audio else ""
    return f"( {JPEG if path == 'jpeg' else footage(path)}{sound} )"


def footage(path):
    codec = codec_of(path)
    caps = f"video/x-{codec},stream-format=byte-stream,alignment=au,framerate={FPS}/1"
    return (
        f'appsrc name=footage format=time block=true max-bytes=1000000 caps="{caps}"'
        f" ! {codec}parse ! rtp{codec}pay name=pay0 pt=96 config-interval=-1 mtu=1400"
    )


class Feed:
    """One client's run through the footage."""

    def __init__(self, units, once):
        self.units, self.once, self.next = units, once, 0

    def need(self, source, _length):
        if self.once and self.next >= len(self.units):
            source.emit("end-of-stream")
            return
        buffer = Gst.Buffer.new_wrapped(self.units[self.next % len(self.units)])
        buffer.pts = buffer.dts = self.next * Gst.SECOND // FPS
        buffer.duration = Gst.SECOND // FPS
        self.next += 1
        source.emit("push-buffer", buffer)


def guard(factory, server, logins, basic):
    """Only these users, by Digest or by Basic."""
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC if basic else GstRtsp.RTSPAuthMethod.DIGEST)
    token = GstRtspServer.RTSPToken()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "viewer")
    for user, password in logins:
        if basic:
            auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
        else:
            auth.add_digest(user, password, token)
    server.set_auth(auth)
    role = Gst.Structure.new_empty("viewer")
    role.set_value(GstRtspServer.RTSP_PERM_MEDIA_FACTORY_ACCESS, True)
    role.set_value(GstRtspServer.RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, True)
    factory.add_role_from_structure(role)


def configure(_factory, media, name, units, once):
    source = media.get_element().get_by_name_recurse_up("footage")
    if source:
        source.connect("need-data", Feed(units, once).need)
    say("media", name)


def serve(args):
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(args.port))
    for stream in args.streams:
        name, _, path = stream.partition("=")
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(pipeline(path, args.audio))
        factory.set_shared(False)
        factory.set_protocols(TRANSPORTS[args.transport])
        if args.user:
            guard(factory, server, zip(args.user, args.password, strict=True), args.basic)
        units = [] if path == "jpeg" else access_units(path)
        factory.connect("media-configure", configure, name, units, args.once)
        server.get_mount_points().add_factory(f"/{name}", factory)
    server.connect("client-connected", lambda s, client: say("client", client.get_connection().get_ip()))
    if not server.attach(None):
        raise SystemExit(f"port {args.port} is taken")
    return server


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--user", action="append", default=[])
    parser.add_argument("--password", action="append", default=[])
    parser.add_argument("--basic", action="store_true")
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--transport", choices=TRANSPORTS, default="tcp")
    parser.add_argument("--audio", choices=AUDIO)
    parser.add_argument("streams", nargs="+")
    args = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    server = serve(args)
    loop = GLib.MainLoop()
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGTERM, loop.quit)
    say("ready", server.get_bound_port())
    loop.run()


if __name__ == "__main__":
    sys.exit(main())
