include plugins/rtsp_in/dialogue/local.mk
include plugins/rtsp_in/packets/local.mk

plugin_LTLIBRARIES += rtsp_in.la
RTSP_IN_SOURCES = %D%/rtsp_in.c %D%/session.c %D%/session.h %D%/config.h %D%/receiver.c %D%/receiver.h \
	%D%/connection.c %D%/connection.h %D%/lookup.c %D%/lookup.h %D%/track.c %D%/track.h \
	$(RTSP_IN_DIALOGUE) $(RTSP_IN_PACKETS) $(LIB_AV_SETS)
rtsp_in_la_SOURCES = $(RTSP_IN_SOURCES)
rtsp_in_la_CPPFLAGS = $(AM_CPPFLAGS) $(AVUTIL_CFLAGS) $(UV_CFLAGS)
rtsp_in_la_CFLAGS = $(AM_CFLAGS)
rtsp_in_la_LDFLAGS = $(module_flags)
rtsp_in_la_LIBADD = $(AVUTIL_LIBS) $(UV_LIBS)
EXTRA_DIST += %D%/README.md

include plugins/rtsp_in/test/local.mk
