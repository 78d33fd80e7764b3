plugin_LTLIBRARIES += ws_view.la
ws_view_sources = %D%/ws_view.c %D%/server.h \
	%D%/conn.c %D%/conn.h \
	%D%/feed.c \
	%D%/http_head.c %D%/http_head.h \
	%D%/http_range.c \
	%D%/leftover.c %D%/leftover.h \
	%D%/limit.c %D%/limit.h \
	%D%/list.h \
	%D%/listen.c \
	%D%/masked.c %D%/masked.h \
	%D%/operations.c \
	%D%/page.c \
	%D%/routes.c \
	%D%/send_file.c \
	%D%/taker.c %D%/taker.h \
	%D%/tile.c %D%/tile.h \
	%D%/view.c %D%/view.h \
	%D%/view_msg.c %D%/view_msg.h \
	%D%/viewer.c %D%/viewer.h \
	%D%/ws.c %D%/ws.h
ws_view_page = %D%/page/index.html %D%/page/style.css %D%/page/icon.svg \
	%D%/page/main.js %D%/page/link.js %D%/page/tile.js %D%/page/keys.js
ws_view_cppflags = $(AM_CPPFLAGS) $(UV_CFLAGS) $(LWS_CFLAGS) -DWS_VIEW_PAGE='"$(abs_top_srcdir)/%D%/page/"'
ws_view_la_SOURCES = $(ws_view_sources)
ws_view_la_CPPFLAGS = $(ws_view_cppflags)
ws_view_la_CFLAGS = $(AM_CFLAGS)
ws_view_la_LDFLAGS = $(module_flags)
ws_view_la_LIBADD = libground.la $(LWS_LIBS) $(UV_LIBS)
EXTRA_DIST += %D%/README.md $(ws_view_page)

# The same sources once more, for the tests; built only for them.
EXTRA_LIBRARIES = libws_view_test.a
CLEANFILES += libws_view_test.a
libws_view_test_a_SOURCES = $(ws_view_sources) %D%/test_lib.c %D%/test_lib.h
libws_view_test_a_CPPFLAGS = $(ws_view_cppflags)
ws_view_test_libs = libws_view_test.a $(PLUGIN_TEST_LIBS) $(LWS_LIBS) $(UV_LIBS)

ws_view_tests = plugin-ws_view-feed plugin-ws_view-files plugin-ws_view-http plugin-ws_view-view plugin-ws_view-ws
check_PROGRAMS += $(ws_view_tests)
TESTS += $(ws_view_tests)
plugin_ws_view_feed_SOURCES = %D%/test_feed.c
plugin_ws_view_feed_CPPFLAGS = $(ws_view_cppflags)
plugin_ws_view_feed_LDADD = $(ws_view_test_libs)
plugin_ws_view_files_SOURCES = %D%/test_files.c
plugin_ws_view_files_CPPFLAGS = $(ws_view_cppflags)
plugin_ws_view_files_LDADD = $(ws_view_test_libs)
plugin_ws_view_http_SOURCES = %D%/test_http.c
plugin_ws_view_http_CPPFLAGS = $(ws_view_cppflags)
plugin_ws_view_http_LDADD = $(ws_view_test_libs)
plugin_ws_view_view_SOURCES = %D%/test_view.c
plugin_ws_view_view_CPPFLAGS = $(ws_view_cppflags)
plugin_ws_view_view_LDADD = $(ws_view_test_libs)
plugin_ws_view_ws_SOURCES = %D%/test_ws.c
plugin_ws_view_ws_CPPFLAGS = $(ws_view_cppflags)
plugin_ws_view_ws_LDADD = $(ws_view_test_libs)

# The page is put in by the assembler, which tells no dependencies.
%D%/ws_view_la-page.lo %D%/libws_view_test_a-page.$(OBJEXT): $(ws_view_page)
