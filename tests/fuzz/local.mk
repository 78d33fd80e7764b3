# Fuzz targets: see README.md. `make check` replays their corpora; with clang, FUZZ_ENGINE=-fsanitize=fuzzer makes
# libFuzzer's programs of them, whose main() comes before that of the replay.
FUZZ_ENGINE =
fuzz_link_flags = $(AM_LDFLAGS) $(FUZZ_ENGINE)
check_LIBRARIES += libfuzz_replay.a libfuzz_rtsp.a
libfuzz_replay_a_SOURCES = %D%/replay.c %D%/fuzz.h
EXTRA_DIST += %D%/README.md %D%/run %D%/corpus $(fuzz_dictionaries)
fuzz_dictionaries = %D%/annexb.dict %D%/config.dict %D%/event_post.dict %D%/http.dict %D%/mp4_repair.dict \
	%D%/overlay.dict %D%/rtsp_client.dict %D%/rtsp_headers.dict %D%/rtsp_wire.dict %D%/sdp.dict %D%/url.dict \
	%D%/view_msg.dict %D%/ws.dict

fuzz_targets = fuzz-annexb fuzz-config fuzz-depay_audio fuzz-depay_h26x fuzz-depay_jpeg fuzz-event_post \
	fuzz-http fuzz-login fuzz-mp4_repair fuzz-overlay fuzz-rtp fuzz-rtsp_client fuzz-rtsp_headers fuzz-rtsp_wire \
	fuzz-sdp fuzz-shm_ring fuzz-url fuzz-view_msg fuzz-ws
check_PROGRAMS += $(fuzz_targets)
TESTS += $(fuzz_targets)
.PHONY: fuzz-targets
fuzz-targets: $(fuzz_targets)

# What rtsp_in reads, once for all targets.
libfuzz_rtsp_a_SOURCES = $(RTSP_IN_DIALOGUE) $(RTSP_IN_PACKETS) $(LIB_AV_SETS)
libfuzz_rtsp_a_CPPFLAGS = $(AM_CPPFLAGS) $(AVUTIL_CFLAGS) $(UV_CFLAGS)
fuzz_rtsp_libs = libfuzz_rtsp.a libfuzz_replay.a $(AVUTIL_LIBS)

fuzz_annexb_SOURCES = %D%/fuzz_annexb.c
fuzz_annexb_LDFLAGS = $(fuzz_link_flags)
fuzz_annexb_LDADD = $(fuzz_rtsp_libs)
fuzz_depay_audio_SOURCES = %D%/fuzz_depay_audio.c %D%/fuzz_depay.h
fuzz_depay_audio_LDFLAGS = $(fuzz_link_flags)
fuzz_depay_audio_LDADD = $(fuzz_rtsp_libs)
fuzz_depay_h26x_SOURCES = %D%/fuzz_depay_h26x.c %D%/fuzz_depay.h
fuzz_depay_h26x_LDFLAGS = $(fuzz_link_flags)
fuzz_depay_h26x_LDADD = $(fuzz_rtsp_libs)
fuzz_depay_jpeg_SOURCES = %D%/fuzz_depay_jpeg.c %D%/fuzz_depay.h
fuzz_depay_jpeg_LDFLAGS = $(fuzz_link_flags)
fuzz_depay_jpeg_LDADD = $(fuzz_rtsp_libs)
fuzz_rtp_SOURCES = %D%/fuzz_rtp.c
fuzz_rtp_LDFLAGS = $(fuzz_link_flags)
fuzz_rtp_LDADD = $(fuzz_rtsp_libs)
fuzz_rtsp_client_SOURCES = %D%/fuzz_rtsp_client.c
fuzz_rtsp_client_LDFLAGS = $(fuzz_link_flags)
fuzz_rtsp_client_LDADD = $(fuzz_rtsp_libs)
fuzz_rtsp_headers_SOURCES = %D%/fuzz_rtsp_headers.c
fuzz_rtsp_headers_LDFLAGS = $(fuzz_link_flags)
fuzz_rtsp_headers_LDADD = $(fuzz_rtsp_libs)
fuzz_rtsp_wire_SOURCES = %D%/fuzz_rtsp_wire.c
fuzz_rtsp_wire_LDFLAGS = $(fuzz_link_flags)
fuzz_rtsp_wire_LDADD = $(fuzz_rtsp_libs)
fuzz_sdp_SOURCES = %D%/fuzz_sdp.c
fuzz_sdp_LDFLAGS = $(fuzz_link_flags)
fuzz_sdp_LDADD = $(fuzz_rtsp_libs)
fuzz_url_SOURCES = %D%/fuzz_url.c
fuzz_url_LDFLAGS = $(fuzz_link_flags)
fuzz_url_LDADD = $(fuzz_rtsp_libs) $(TEST_LIBS)

fuzz_view_libs = libws_view_test.a libfuzz_replay.a $(PLUGIN_TEST_LIBS) $(LWS_LIBS) $(UV_LIBS)
fuzz_http_SOURCES = %D%/fuzz_http.c
fuzz_http_LDFLAGS = $(fuzz_link_flags)
fuzz_http_LDADD = $(fuzz_view_libs)
fuzz_view_msg_SOURCES = %D%/fuzz_view_msg.c
fuzz_view_msg_LDFLAGS = $(fuzz_link_flags)
fuzz_view_msg_LDADD = $(fuzz_view_libs)
fuzz_ws_SOURCES = %D%/fuzz_ws.c
fuzz_ws_CPPFLAGS = $(ws_view_cppflags)
fuzz_ws_LDFLAGS = $(fuzz_link_flags)
fuzz_ws_LDADD = $(fuzz_view_libs)

fuzz_config_SOURCES = %D%/fuzz_config.c tests/unit/config_fakes.c tests/unit/config_fakes.h
fuzz_config_LDFLAGS = $(fuzz_link_flags)
fuzz_config_LDADD = libfuzz_replay.a $(TEST_LIBS)
fuzz_overlay_SOURCES = %D%/fuzz_overlay.c tests/unit/config_fakes.c tests/unit/config_fakes.h
fuzz_overlay_LDFLAGS = $(fuzz_link_flags)
fuzz_overlay_LDADD = libfuzz_replay.a $(TEST_LIBS)

fuzz_event_post_SOURCES = %D%/fuzz_event_post.c
fuzz_event_post_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS) $(JANSSON_CFLAGS)
fuzz_event_post_LDFLAGS = $(fuzz_link_flags)
fuzz_event_post_LDADD = libfuzz_replay.a $(TEST_LIBS)
fuzz_login_SOURCES = %D%/fuzz_login.c tests/unit/config_fakes.c tests/unit/config_fakes.h
fuzz_login_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
fuzz_login_LDFLAGS = $(fuzz_link_flags)
fuzz_login_LDADD = libfuzz_replay.a $(TEST_LIBS)

fuzz_mp4_repair_SOURCES = %D%/fuzz_mp4_repair.c
fuzz_mp4_repair_LDFLAGS = $(fuzz_link_flags)
fuzz_mp4_repair_LDADD = librecorder_test.la libfuzz_replay.a $(PLUGIN_TEST_LIBS) $(AVFORMAT_LIBS)
fuzz_shm_ring_SOURCES = %D%/fuzz_shm_ring.c
fuzz_shm_ring_LDFLAGS = $(fuzz_link_flags)
fuzz_shm_ring_LDADD = libfuzz_replay.a
