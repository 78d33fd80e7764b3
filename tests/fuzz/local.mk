# Fuzz targets: see README.md. `make check` replays their corpora; with clang, FUZZ_ENGINE=-fsanitize=fuzzer makes
# libFuzzer's programs of them, whose main() comes before that of the replay.
FUZZ_ENGINE =
fuzz_link_flags = $(AM_LDFLAGS) $(FUZZ_ENGINE)
check_LIBRARIES += libfuzz_replay.a libfuzz_rtsp.a
libfuzz_replay_a_SOURCES = %D%/replay.c %D%/fuzz.h
EXTRA_DIST += %D%/README.md %D%/run %D%/corpus %D%/http.dict %D%/rtsp_wire.dict %D%/sdp.dict

fuzz_targets = fuzz-http fuzz-rtsp_wire fuzz-sdp
check_PROGRAMS += $(fuzz_targets)
TESTS += $(fuzz_targets)
.PHONY: fuzz-targets
fuzz-targets: $(fuzz_targets)

# What rtsp_in reads, once for all targets.
libfuzz_rtsp_a_SOURCES = $(RTSP_IN_DIALOGUE) $(RTSP_IN_PACKETS) $(LIB_AV_SETS)
libfuzz_rtsp_a_CPPFLAGS = $(AM_CPPFLAGS) $(AVUTIL_CFLAGS) $(UV_CFLAGS)
fuzz_rtsp_libs = libfuzz_rtsp.a libfuzz_replay.a $(AVUTIL_LIBS)

fuzz_rtsp_wire_SOURCES = %D%/fuzz_rtsp_wire.c
fuzz_rtsp_wire_LDFLAGS = $(fuzz_link_flags)
fuzz_rtsp_wire_LDADD = $(fuzz_rtsp_libs)
fuzz_sdp_SOURCES = %D%/fuzz_sdp.c
fuzz_sdp_LDFLAGS = $(fuzz_link_flags)
fuzz_sdp_LDADD = $(fuzz_rtsp_libs)

fuzz_http_SOURCES = %D%/fuzz_http.c
fuzz_http_LDFLAGS = $(fuzz_link_flags)
fuzz_http_LDADD = libws_view_test.a libfuzz_replay.a $(PLUGIN_TEST_LIBS) $(LWS_LIBS) $(UV_LIBS)
