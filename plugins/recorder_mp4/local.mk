plugin_LTLIBRARIES += recorder_mp4.la
recorder_mp4_sources = \
	%D%/mp4.c %D%/mp4.h \
	%D%/names.c %D%/names.h \
	%D%/params.c %D%/params.h $(LIB_AV_SOURCES) \
	%D%/recorder.c %D%/recorder.h \
	%D%/recorder_mp4.c \
	%D%/recording_event.c %D%/recording_event.h \
	%D%/refusal.c %D%/refusal.h plugins/lib/container.c plugins/lib/container.h \
	%D%/repair.c %D%/repair.h \
	%D%/routes.c %D%/routes.h \
	%D%/segment.c %D%/segment.h \
	%D%/tree.c %D%/tree.h \
	%D%/retention.c %D%/retention.h
recorder_mp4_la_SOURCES = $(recorder_mp4_sources)
recorder_mp4_la_CPPFLAGS = $(AM_CPPFLAGS) $(AVFORMAT_CFLAGS)
recorder_mp4_la_CFLAGS = $(AM_CFLAGS)
recorder_mp4_la_LDFLAGS = $(module_flags)
recorder_mp4_la_LIBADD = libground.la $(AVFORMAT_LIBS)
EXTRA_DIST += %D%/README.md

check_LTLIBRARIES += librecorder_test.la
librecorder_test_la_SOURCES = $(recorder_mp4_sources) %D%/test_clip.c %D%/test_clip.h %D%/test_rig.c %D%/test_rig.h
librecorder_test_la_CPPFLAGS = $(AM_CPPFLAGS) $(AVFORMAT_CFLAGS)
librecorder_test_la_CFLAGS = $(AM_CFLAGS)

recorder_test_names = plugin-recorder_mp4 plugin-recorder_mp4-faults plugin-recorder_mp4-routes \
	plugin-recorder_mp4-refusal plugin-recorder_mp4-events plugin-recorder_mp4-disk plugin-recorder_mp4-scarce \
	plugin-recorder_mp4-formats
recorder_test_libs = librecorder_test.la $(PLUGIN_TEST_LIBS) $(AVFORMAT_LIBS)
check_PROGRAMS += $(recorder_test_names)
TESTS += $(recorder_test_names)
plugin_recorder_mp4_SOURCES = %D%/test_recorder_mp4.c
plugin_recorder_mp4_CPPFLAGS = $(AM_CPPFLAGS) $(AVFORMAT_CFLAGS)
plugin_recorder_mp4_LDADD = $(recorder_test_libs)
plugin_recorder_mp4_faults_SOURCES = %D%/test_faults.c
plugin_recorder_mp4_faults_LDADD = $(recorder_test_libs)
plugin_recorder_mp4_refusal_SOURCES = %D%/test_refusal.c
plugin_recorder_mp4_refusal_LDADD = $(recorder_test_libs)
plugin_recorder_mp4_routes_SOURCES = %D%/test_routes.c
plugin_recorder_mp4_routes_LDADD = $(recorder_test_libs)
plugin_recorder_mp4_events_SOURCES = %D%/test_events.c
plugin_recorder_mp4_events_LDADD = $(recorder_test_libs)
plugin_recorder_mp4_disk_SOURCES = %D%/test_disk.c
plugin_recorder_mp4_disk_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fsync,--wrap=fdatasync
plugin_recorder_mp4_disk_LDADD = $(recorder_test_libs)
plugin_recorder_mp4_scarce_SOURCES = %D%/test_scarce.c
plugin_recorder_mp4_scarce_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fsync,--wrap=write,--wrap=malloc,--wrap=calloc,--wrap=realloc \
	-Wl,--wrap=fstatvfs,--wrap=unlinkat
plugin_recorder_mp4_scarce_LDADD = $(recorder_test_libs)
plugin_recorder_mp4_formats_SOURCES = %D%/test_formats.c
plugin_recorder_mp4_formats_CPPFLAGS = $(AM_CPPFLAGS) $(AVFORMAT_CFLAGS)
plugin_recorder_mp4_formats_LDADD = $(recorder_test_libs)
