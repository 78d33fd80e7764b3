check_PROGRAMS += plugin-rtsp_in
TESTS += plugin-rtsp_in
RTSP_IN_RIG = %D%/test_rig.c %D%/test_rig.h %D%/fake_camera.c %D%/fake_camera.h %D%/../../test_in/encoder.c \
	%D%/../../test_in/canvas.c %D%/../../test_in/font.c %D%/../../lib/av/codec.c $(RTSP_IN_SOURCES)
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

check_PROGRAMS += plugin-rtsp_in-receiver
TESTS += plugin-rtsp_in-receiver
plugin_rtsp_in_receiver_SOURCES = %D%/test_receiver.c %D%/packetise.c %D%/packetise.h $(RTSP_IN_RIG)
plugin_rtsp_in_receiver_CPPFLAGS = $(plugin_rtsp_in_CPPFLAGS)
plugin_rtsp_in_receiver_CFLAGS = $(AM_CFLAGS)
plugin_rtsp_in_receiver_LDADD = $(plugin_rtsp_in_LDADD)

check_PROGRAMS += plugin-rtsp_in-connection
TESTS += plugin-rtsp_in-connection
plugin_rtsp_in_connection_SOURCES = %D%/test_connection.c $(RTSP_IN_RIG)
plugin_rtsp_in_connection_CPPFLAGS = $(plugin_rtsp_in_CPPFLAGS)
plugin_rtsp_in_connection_CFLAGS = $(AM_CFLAGS)
plugin_rtsp_in_connection_LDADD = $(plugin_rtsp_in_LDADD)

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
check_PROGRAMS += plugin-rtsp_in-urls
TESTS += plugin-rtsp_in-urls
plugin_rtsp_in_urls_SOURCES = %D%/test_urls.c $(RTSP_IN_DIALOGUE)
plugin_rtsp_in_urls_CPPFLAGS = $(DIALOGUE_CPPFLAGS)
plugin_rtsp_in_urls_CFLAGS = $(AM_CFLAGS)
plugin_rtsp_in_urls_LDADD = $(AVUTIL_LIBS)

check_PROGRAMS += plugin-rtsp_in-wire
TESTS += plugin-rtsp_in-wire
plugin_rtsp_in_wire_SOURCES = %D%/test_wire.c $(RTSP_IN_DIALOGUE)
plugin_rtsp_in_wire_CPPFLAGS = $(DIALOGUE_CPPFLAGS)
plugin_rtsp_in_wire_CFLAGS = $(AM_CFLAGS)
plugin_rtsp_in_wire_LDADD = $(AVUTIL_LIBS)

check_PROGRAMS += plugin-rtsp_in-mutated-dialogues
TESTS += plugin-rtsp_in-mutated-dialogues
plugin_rtsp_in_mutated_dialogues_SOURCES = %D%/test_mutated_dialogues.c %D%/test_camera.h $(RTSP_IN_DIALOGUE)
plugin_rtsp_in_mutated_dialogues_CPPFLAGS = $(DIALOGUE_CPPFLAGS)
plugin_rtsp_in_mutated_dialogues_CFLAGS = $(AM_CFLAGS)
plugin_rtsp_in_mutated_dialogues_LDADD = $(AVUTIL_LIBS)

check_PROGRAMS += plugin-rtsp_in-packets
TESTS += plugin-rtsp_in-packets
plugin_rtsp_in_packets_SOURCES = %D%/test_packets.c %D%/packetise.c %D%/packetise.h %D%/../../test_in/encoder.c \
	%D%/../../test_in/canvas.c %D%/../../test_in/font.c $(RTSP_IN_PACKETS) $(LIB_AV_SOURCES)
plugin_rtsp_in_packets_CPPFLAGS = $(AM_CPPFLAGS) $(AVCODEC_CFLAGS)
plugin_rtsp_in_packets_CFLAGS = $(AM_CFLAGS)
plugin_rtsp_in_packets_LDADD = $(AVCODEC_LIBS)

check_PROGRAMS += plugin-rtsp_in-rtp
TESTS += plugin-rtsp_in-rtp
plugin_rtsp_in_rtp_SOURCES = %D%/test_rtp.c $(RTSP_IN_PACKETS) $(LIB_AV_SETS)
plugin_rtsp_in_rtp_CFLAGS = $(AM_CFLAGS)

check_PROGRAMS += plugin-rtsp_in-payloads
TESTS += plugin-rtsp_in-payloads
plugin_rtsp_in_payloads_SOURCES = %D%/test_payloads.c %D%/packetise.c %D%/packetise.h $(RTSP_IN_PACKETS) $(LIB_AV_SETS)
plugin_rtsp_in_payloads_CPPFLAGS = $(AM_CPPFLAGS) $(TURBOJPEG_CFLAGS)
plugin_rtsp_in_payloads_CFLAGS = $(AM_CFLAGS)
plugin_rtsp_in_payloads_LDADD = $(TURBOJPEG_LIBS)

check_PROGRAMS += plugin-rtsp_in-mutated-packets
TESTS += plugin-rtsp_in-mutated-packets
plugin_rtsp_in_mutated_packets_SOURCES = %D%/test_mutated_packets.c %D%/packetise.c %D%/packetise.h %D%/../../test_in/encoder.c \
	%D%/../../test_in/canvas.c %D%/../../test_in/font.c $(RTSP_IN_PACKETS) $(LIB_AV_SOURCES)
plugin_rtsp_in_mutated_packets_CPPFLAGS = $(AM_CPPFLAGS) $(AVCODEC_CFLAGS)
plugin_rtsp_in_mutated_packets_CFLAGS = $(AM_CFLAGS)
plugin_rtsp_in_mutated_packets_LDADD = $(AVCODEC_LIBS)
