RTSP_IN_DIALOGUE = %D%/wire.c %D%/wire.h %D%/client.c %D%/client.h %D%/client_answer.c %D%/client_step.h \
	%D%/transport.c %D%/transport.h %D%/auth.c %D%/auth.h %D%/sdp.c %D%/sdp.h %D%/asc.c %D%/asc.h \
	%D%/url.c %D%/url.h %D%/fault.c %D%/fault.h
RTSP_IN_MEDIA = %D%/rtp.c %D%/rtp.h %D%/rtcp.c %D%/rtp_clock.c %D%/depay.c %D%/depay.h %D%/depay_private.h \
	%D%/depay_h26x.c %D%/depay_jpeg.c %D%/jpeg_tables.c %D%/jpeg_tables.h %D%/depay_audio.c %D%/order.c %D%/order.h

plugin_LTLIBRARIES += rtsp_in.la
RTSP_IN_SOURCES = %D%/rtsp_in.c %D%/session.c %D%/session.h %D%/session_impl.h %D%/media.c \
	%D%/connection.c %D%/connection.h %D%/lookup.c %D%/lookup.h %D%/track.c %D%/track.h \
	$(RTSP_IN_DIALOGUE) $(RTSP_IN_MEDIA) $(LIB_AV_SETS)
rtsp_in_la_SOURCES = $(RTSP_IN_SOURCES)
rtsp_in_la_CPPFLAGS = $(AM_CPPFLAGS) $(AVUTIL_CFLAGS) $(UV_CFLAGS)
rtsp_in_la_CFLAGS = $(AM_CFLAGS)
rtsp_in_la_LDFLAGS = $(module_flags)
rtsp_in_la_LIBADD = $(AVUTIL_LIBS) $(UV_LIBS)
EXTRA_DIST += %D%/README.md

check_PROGRAMS += plugin-rtsp_in
TESTS += plugin-rtsp_in
RTSP_IN_RIG = %D%/test_rig.c %D%/test_rig.h %D%/fake_camera.c %D%/fake_camera.h %D%/../test_in/encoder.c \
	%D%/../test_in/canvas.c %D%/../test_in/font.c %D%/../lib/av/codec.c $(RTSP_IN_SOURCES)
plugin_rtsp_in_SOURCES = %D%/test_rtsp_in.c $(RTSP_IN_RIG)
plugin_rtsp_in_CPPFLAGS = $(AM_CPPFLAGS) $(AVCODEC_CFLAGS) $(UV_CFLAGS)
plugin_rtsp_in_CFLAGS = $(AM_CFLAGS)
plugin_rtsp_in_LDADD = $(PLUGIN_TEST_LIBS) $(AVCODEC_LIBS) $(UV_LIBS)

check_PROGRAMS += plugin-rtsp_in-streams
TESTS += plugin-rtsp_in-streams
plugin_rtsp_in_streams_SOURCES = %D%/test_streams.c $(RTSP_IN_RIG)
plugin_rtsp_in_streams_CPPFLAGS = $(plugin_rtsp_in_CPPFLAGS)
plugin_rtsp_in_streams_CFLAGS = $(AM_CFLAGS)
plugin_rtsp_in_streams_LDADD = $(plugin_rtsp_in_LDADD)

check_PROGRAMS += plugin-rtsp_in-faults
TESTS += plugin-rtsp_in-faults
plugin_rtsp_in_faults_SOURCES = %D%/test_faults.c $(RTSP_IN_RIG)
plugin_rtsp_in_faults_CPPFLAGS = $(plugin_rtsp_in_CPPFLAGS)
plugin_rtsp_in_faults_CFLAGS = $(AM_CFLAGS)
plugin_rtsp_in_faults_LDADD = $(plugin_rtsp_in_LDADD)

check_PROGRAMS += plugin-rtsp_in-loop
TESTS += plugin-rtsp_in-loop
plugin_rtsp_in_loop_SOURCES = %D%/test_loop.c $(RTSP_IN_RIG)
plugin_rtsp_in_loop_CPPFLAGS = $(plugin_rtsp_in_CPPFLAGS)
plugin_rtsp_in_loop_CFLAGS = $(AM_CFLAGS)
plugin_rtsp_in_loop_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=getaddrinfo
plugin_rtsp_in_loop_LDADD = $(plugin_rtsp_in_LDADD)

# What takes texts and bytes, and needs neither a camera nor a server.
DIALOGUE_CPPFLAGS = $(AM_CPPFLAGS) $(AVUTIL_CFLAGS) $(UV_CFLAGS)
check_PROGRAMS += plugin-rtsp_in-dialogue
TESTS += plugin-rtsp_in-dialogue
plugin_rtsp_in_dialogue_SOURCES = %D%/test_dialogue.c %D%/test_camera.h $(RTSP_IN_DIALOGUE)
plugin_rtsp_in_dialogue_CPPFLAGS = $(DIALOGUE_CPPFLAGS)
plugin_rtsp_in_dialogue_CFLAGS = $(AM_CFLAGS)
plugin_rtsp_in_dialogue_LDADD = $(AVUTIL_LIBS)

check_PROGRAMS += plugin-rtsp_in-texts
TESTS += plugin-rtsp_in-texts
plugin_rtsp_in_texts_SOURCES = %D%/test_texts.c $(RTSP_IN_DIALOGUE)
plugin_rtsp_in_texts_CPPFLAGS = $(DIALOGUE_CPPFLAGS)
plugin_rtsp_in_texts_CFLAGS = $(AM_CFLAGS)
plugin_rtsp_in_texts_LDADD = $(AVUTIL_LIBS)

check_PROGRAMS += plugin-rtsp_in-wire
TESTS += plugin-rtsp_in-wire
plugin_rtsp_in_wire_SOURCES = %D%/test_wire.c $(RTSP_IN_DIALOGUE)
plugin_rtsp_in_wire_CPPFLAGS = $(DIALOGUE_CPPFLAGS)
plugin_rtsp_in_wire_CFLAGS = $(AM_CFLAGS)
plugin_rtsp_in_wire_LDADD = $(AVUTIL_LIBS)

check_PROGRAMS += plugin-rtsp_in-mutations
TESTS += plugin-rtsp_in-mutations
plugin_rtsp_in_mutations_SOURCES = %D%/test_mutations.c %D%/test_camera.h $(RTSP_IN_DIALOGUE)
plugin_rtsp_in_mutations_CPPFLAGS = $(DIALOGUE_CPPFLAGS)
plugin_rtsp_in_mutations_CFLAGS = $(AM_CFLAGS)
plugin_rtsp_in_mutations_LDADD = $(AVUTIL_LIBS)

check_PROGRAMS += plugin-rtsp_in-media
TESTS += plugin-rtsp_in-media
plugin_rtsp_in_media_SOURCES = %D%/test_media.c %D%/packetise.c %D%/packetise.h %D%/../test_in/encoder.c \
	%D%/../test_in/canvas.c %D%/../test_in/font.c $(RTSP_IN_MEDIA) $(LIB_AV_SOURCES)
plugin_rtsp_in_media_CPPFLAGS = $(AM_CPPFLAGS) $(AVCODEC_CFLAGS)
plugin_rtsp_in_media_CFLAGS = $(AM_CFLAGS)
plugin_rtsp_in_media_LDADD = $(AVCODEC_LIBS)

check_PROGRAMS += plugin-rtsp_in-rtp
TESTS += plugin-rtsp_in-rtp
plugin_rtsp_in_rtp_SOURCES = %D%/test_rtp.c %D%/rtp.c %D%/rtp.h %D%/rtcp.c %D%/rtp_clock.c %D%/order.c %D%/order.h
plugin_rtsp_in_rtp_CFLAGS = $(AM_CFLAGS)

check_PROGRAMS += plugin-rtsp_in-payloads
TESTS += plugin-rtsp_in-payloads
plugin_rtsp_in_payloads_SOURCES = %D%/test_payloads.c %D%/packetise.c %D%/packetise.h $(RTSP_IN_MEDIA) $(LIB_AV_SETS)
plugin_rtsp_in_payloads_CPPFLAGS = $(AM_CPPFLAGS) $(TURBOJPEG_CFLAGS)
plugin_rtsp_in_payloads_CFLAGS = $(AM_CFLAGS)
plugin_rtsp_in_payloads_LDADD = $(TURBOJPEG_LIBS)

check_PROGRAMS += plugin-rtsp_in-mutation
TESTS += plugin-rtsp_in-mutation
plugin_rtsp_in_mutation_SOURCES = %D%/test_mutation.c %D%/packetise.c %D%/packetise.h %D%/../test_in/encoder.c \
	%D%/../test_in/canvas.c %D%/../test_in/font.c $(RTSP_IN_MEDIA) $(LIB_AV_SOURCES)
plugin_rtsp_in_mutation_CPPFLAGS = $(AM_CPPFLAGS) $(AVCODEC_CFLAGS)
plugin_rtsp_in_mutation_CFLAGS = $(AM_CFLAGS)
plugin_rtsp_in_mutation_LDADD = $(AVCODEC_LIBS)
