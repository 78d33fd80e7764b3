plugin_LTLIBRARIES += test_in.la
TEST_IN_SOURCES = %D%/test_in.c %D%/encoder.c %D%/encoder.h %D%/pattern.c %D%/pattern.h %D%/canvas.c %D%/canvas.h \
	%D%/font.c %D%/font.h $(LIB_AV_SOURCES)
test_in_la_SOURCES = $(TEST_IN_SOURCES)
test_in_la_CPPFLAGS = $(AM_CPPFLAGS) $(AVCODEC_CFLAGS)
test_in_la_CFLAGS = $(AM_CFLAGS)
test_in_la_LDFLAGS = $(module_flags)
test_in_la_LIBADD = $(AVCODEC_LIBS) -lm
EXTRA_DIST += %D%/README.md

check_PROGRAMS += plugin-test_in
TESTS += plugin-test_in
plugin_test_in_SOURCES = %D%/test_test_in.c $(TEST_IN_SOURCES)
plugin_test_in_CPPFLAGS = $(AM_CPPFLAGS) $(AVCODEC_CFLAGS)
plugin_test_in_CFLAGS = $(AM_CFLAGS)
plugin_test_in_LDADD = $(PLUGIN_TEST_LIBS) $(AVCODEC_LIBS) -lm
