plugin_LTLIBRARIES += rtsp_in.la
RTSP_IN_SOURCES = %D%/rtsp_in.c %D%/session.c %D%/session.h %D%/connection.c %D%/connection.h %D%/track.c %D%/track.h \
	%D%/unit.c %D%/unit.h %D%/order.c %D%/order.h %D%/fault.c %D%/fault.h %D%/url.c %D%/url.h $(LIB_AV_SOURCES)
rtsp_in_la_SOURCES = $(RTSP_IN_SOURCES)
rtsp_in_la_CPPFLAGS = $(AM_CPPFLAGS) $(AVFORMAT_CFLAGS)
rtsp_in_la_CFLAGS = $(AM_CFLAGS)
rtsp_in_la_LDFLAGS = $(module_flags)
rtsp_in_la_LIBADD = $(AVFORMAT_LIBS)
EXTRA_DIST += %D%/README.md
