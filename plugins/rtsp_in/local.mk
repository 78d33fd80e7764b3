plugin_LTLIBRARIES += rtsp_in.la
RTSP_IN_SOURCES = %D%/rtsp_in.c %D%/session.c %D%/session.h %D%/connection.c %D%/connection.h %D%/track.c %D%/track.h \
	%D%/unit.c %D%/unit.h %D%/order.c %D%/order.h %D%/fault.c %D%/fault.h %D%/url.c %D%/url.h $(LIB_AV_SOURCES)
rtsp_in_la_SOURCES = $(RTSP_IN_SOURCES)
rtsp_in_la_CPPFLAGS = $(AM_CPPFLAGS) $(AVFORMAT_CFLAGS)
rtsp_in_la_CFLAGS = $(AM_CFLAGS)
rtsp_in_la_LDFLAGS = $(module_flags)
rtsp_in_la_LIBADD = $(AVFORMAT_LIBS)
EXTRA_DIST += %D%/README.md

check_PROGRAMS += plugin-rtsp_in
TESTS += plugin-rtsp_in
plugin_rtsp_in_SOURCES = %D%/test_rtsp_in.c %D%/fake_camera.c %D%/fake_camera.h %D%/../test_in/encoder.c \
	%D%/../test_in/canvas.c %D%/../test_in/font.c $(RTSP_IN_SOURCES)
plugin_rtsp_in_CPPFLAGS = $(AM_CPPFLAGS) $(AVFORMAT_CFLAGS)
plugin_rtsp_in_CFLAGS = $(AM_CFLAGS)
plugin_rtsp_in_LDADD = $(PLUGIN_TEST_LIBS) $(AVFORMAT_LIBS)

check_PROGRAMS += plugin-rtsp_in-parts
TESTS += plugin-rtsp_in-parts
plugin_rtsp_in_parts_SOURCES = %D%/test_parts.c %D%/url.c %D%/unit.c %D%/order.c %D%/../test_in/encoder.c \
	%D%/../test_in/canvas.c %D%/../test_in/font.c $(LIB_AV_SOURCES)
plugin_rtsp_in_parts_CPPFLAGS = $(AM_CPPFLAGS) $(AVCODEC_CFLAGS)
plugin_rtsp_in_parts_CFLAGS = $(AM_CFLAGS)
plugin_rtsp_in_parts_LDADD = $(AVCODEC_LIBS)
