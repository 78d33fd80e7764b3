plugin_LTLIBRARIES += ws_view.la
ws_view_sources = %D%/ws_view.c \
	%D%/operations.c %D%/operations.h \
	%D%/routes.c %D%/routes.h \
	%D%/common/chain.h \
	%D%/common/taker.c %D%/common/taker.h \
	%D%/common/web.c %D%/common/web.h \
	%D%/http/answer.c %D%/http/answer.h \
	%D%/http/ask.c %D%/http/ask.h \
	%D%/http/conn.c %D%/http/conn.h \
	%D%/http/files.c %D%/http/files.h \
	%D%/http/head.c %D%/http/head.h \
	%D%/http/listen.c %D%/http/listen.h \
	%D%/http/range.c %D%/http/range.h \
	%D%/http/request.c %D%/http/request.h \
	%D%/http/stream.c %D%/http/stream.h \
	%D%/page/page.c %D%/page/page.h \
	%D%/view/cameras.c %D%/view/cameras.h \
	%D%/view/feed.c %D%/view/feed.h \
	%D%/view/limit.c %D%/view/limit.h \
	%D%/view/message.c %D%/view/message.h \
	%D%/view/pictures.c %D%/view/pictures.h \
	%D%/view/tile.c %D%/view/tile.h \
	%D%/view/view.c %D%/view/view.h \
	%D%/view/viewer.c %D%/view/viewer.h \
	%D%/view/watcher.h \
	%D%/ws/handshake.c %D%/ws/handshake.h \
	%D%/ws/leftover.c %D%/ws/leftover.h \
	%D%/ws/masked.c %D%/ws/masked.h \
	%D%/ws/outbox.c %D%/ws/outbox.h \
	%D%/ws/ws.c %D%/ws/ws.h
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
libws_view_test_a_SOURCES = $(ws_view_sources) %D%/test/test_lib.c %D%/test/test_lib.h
libws_view_test_a_CPPFLAGS = $(ws_view_cppflags)
ws_view_test_libs = libws_view_test.a $(PLUGIN_TEST_LIBS) $(LWS_LIBS) $(UV_LIBS)

ws_view_tests = plugin-ws_view-bodies plugin-ws_view-feed plugin-ws_view-files plugin-ws_view-http \
	plugin-ws_view-rights plugin-ws_view-view plugin-ws_view-ws
check_PROGRAMS += $(ws_view_tests)
TESTS += $(ws_view_tests)
plugin_ws_view_feed_SOURCES = %D%/test/test_feed.c
plugin_ws_view_feed_CPPFLAGS = $(ws_view_cppflags)
plugin_ws_view_feed_LDADD = $(ws_view_test_libs)
plugin_ws_view_files_SOURCES = %D%/test/test_files.c
plugin_ws_view_files_CPPFLAGS = $(ws_view_cppflags)
plugin_ws_view_files_LDADD = $(ws_view_test_libs)
plugin_ws_view_http_SOURCES = %D%/test/test_http.c
plugin_ws_view_http_CPPFLAGS = $(ws_view_cppflags)
plugin_ws_view_http_LDADD = $(ws_view_test_libs)
plugin_ws_view_bodies_SOURCES = %D%/test/test_bodies.c
plugin_ws_view_bodies_CPPFLAGS = $(ws_view_cppflags)
plugin_ws_view_bodies_LDADD = $(ws_view_test_libs)
plugin_ws_view_rights_SOURCES = %D%/test/test_rights.c
plugin_ws_view_rights_CPPFLAGS = $(ws_view_cppflags)
plugin_ws_view_rights_LDADD = $(ws_view_test_libs)
plugin_ws_view_view_SOURCES = %D%/test/test_view.c
plugin_ws_view_view_CPPFLAGS = $(ws_view_cppflags)
plugin_ws_view_view_LDADD = $(ws_view_test_libs)
plugin_ws_view_ws_SOURCES = %D%/test/test_ws.c
plugin_ws_view_ws_CPPFLAGS = $(ws_view_cppflags)
plugin_ws_view_ws_LDADD = $(ws_view_test_libs)

# The page is put in by the assembler, which tells no dependencies.
%D%/page/ws_view_la-page.lo %D%/page/libws_view_test_a-page.$(OBJEXT): $(ws_view_page)
