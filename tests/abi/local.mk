# Plugins and a table for each frozen header; see README.md here. The modules stay out of .libs, where the server's own
# plugins are looked for.
old_flags = $(AM_LDFLAGS) -module -avoid-version -shared -no-undefined $(NO_UNDEFINED) -rpath /nowhere \
	-export-symbols-regex '^cam_plugin_1$$'
old_1_0 = -I$(srcdir)/%D%/1.0
old_1_1 = -I$(srcdir)/%D%/1.1
old_1_2 = -I$(srcdir)/%D%/1.2
EXTRA_DIST += %D%/README.md %D%/1.0/cam/plugin.h %D%/1.1/cam/plugin.h \
	%D%/1.2/cam/event.h %D%/1.2/cam/http.h %D%/1.2/cam/option.h %D%/1.2/cam/plugin.h %D%/table.txt

check_LTLIBRARIES += %D%/source_1_0.la %D%/buffer_1_0.la %D%/recorder_1_0.la %D%/looker_1_0.la %D%/sink_1_0.la \
	%D%/source_1_1.la %D%/buffer_1_1.la %D%/recorder_1_1.la %D%/looker_1_1.la %D%/sink_1_1.la \
	%D%/source_1_2.la %D%/buffer_1_2.la %D%/recorder_1_2.la %D%/looker_1_2.la %D%/sink_1_2.la %D%/odd_sizes.la
%C%_source_1_0_la_SOURCES = %D%/source.c %D%/picture.h
%C%_source_1_0_la_CPPFLAGS = $(old_1_0) -DNAME='"source_1_0"'
%C%_source_1_0_la_LDFLAGS = $(old_flags)
%C%_buffer_1_0_la_SOURCES = %D%/buffer.c
%C%_buffer_1_0_la_CPPFLAGS = $(old_1_0) -DNAME='"buffer_1_0"'
%C%_buffer_1_0_la_LDFLAGS = $(old_flags)
%C%_recorder_1_0_la_SOURCES = %D%/recorder.c
%C%_recorder_1_0_la_CPPFLAGS = $(old_1_0) -DNAME='"recorder_1_0"'
%C%_recorder_1_0_la_LDFLAGS = $(old_flags)
%C%_looker_1_0_la_SOURCES = %D%/looker.c
%C%_looker_1_0_la_CPPFLAGS = $(old_1_0) -DNAME='"looker_1_0"'
%C%_looker_1_0_la_LDFLAGS = $(old_flags)
%C%_sink_1_0_la_SOURCES = %D%/sink.c
%C%_sink_1_0_la_CPPFLAGS = $(old_1_0) -DNAME='"sink_1_0"'
%C%_sink_1_0_la_LDFLAGS = $(old_flags)
%C%_source_1_1_la_SOURCES = %D%/source.c %D%/picture.h
%C%_source_1_1_la_CPPFLAGS = $(old_1_1) -DNAME='"source_1_1"'
%C%_source_1_1_la_LDFLAGS = $(old_flags)
%C%_buffer_1_1_la_SOURCES = %D%/buffer.c
%C%_buffer_1_1_la_CPPFLAGS = $(old_1_1) -DNAME='"buffer_1_1"'
%C%_buffer_1_1_la_LDFLAGS = $(old_flags)
%C%_recorder_1_1_la_SOURCES = %D%/recorder.c
%C%_recorder_1_1_la_CPPFLAGS = $(old_1_1) -DNAME='"recorder_1_1"'
%C%_recorder_1_1_la_LDFLAGS = $(old_flags)
%C%_looker_1_1_la_SOURCES = %D%/looker.c
%C%_looker_1_1_la_CPPFLAGS = $(old_1_1) -DNAME='"looker_1_1"'
%C%_looker_1_1_la_LDFLAGS = $(old_flags)
%C%_sink_1_1_la_SOURCES = %D%/sink.c
%C%_sink_1_1_la_CPPFLAGS = $(old_1_1) -DNAME='"sink_1_1"'
%C%_sink_1_1_la_LDFLAGS = $(old_flags)
%C%_source_1_2_la_SOURCES = %D%/source.c %D%/picture.h
%C%_source_1_2_la_CPPFLAGS = $(old_1_2) -DNAME='"source_1_2"'
%C%_source_1_2_la_LDFLAGS = $(old_flags)
%C%_buffer_1_2_la_SOURCES = %D%/buffer.c
%C%_buffer_1_2_la_CPPFLAGS = $(old_1_2) -DNAME='"buffer_1_2"'
%C%_buffer_1_2_la_LDFLAGS = $(old_flags)
%C%_recorder_1_2_la_SOURCES = %D%/recorder.c
%C%_recorder_1_2_la_CPPFLAGS = $(old_1_2) -DNAME='"recorder_1_2"'
%C%_recorder_1_2_la_LDFLAGS = $(old_flags)
%C%_looker_1_2_la_SOURCES = %D%/looker.c
%C%_looker_1_2_la_CPPFLAGS = $(old_1_2) -DNAME='"looker_1_2"'
%C%_looker_1_2_la_LDFLAGS = $(old_flags)
%C%_sink_1_2_la_SOURCES = %D%/sink.c
%C%_sink_1_2_la_CPPFLAGS = $(old_1_2) -DNAME='"sink_1_2"'
%C%_sink_1_2_la_LDFLAGS = $(old_flags)
%C%_odd_sizes_la_SOURCES = %D%/odd_sizes.c
%C%_odd_sizes_la_LDFLAGS = $(old_flags)

check_PROGRAMS += abi-table-1.0 abi-table-1.1 abi-table-1.2 abi-table-now
abi_table_1_0_SOURCES = %D%/table.c
abi_table_1_0_CPPFLAGS = $(old_1_0)
abi_table_1_1_SOURCES = %D%/table.c
abi_table_1_1_CPPFLAGS = $(old_1_1)
abi_table_1_2_SOURCES = %D%/table.c
abi_table_1_2_CPPFLAGS = $(old_1_2)
abi_table_now_SOURCES = %D%/table.c

dist_check_SCRIPTS += %D%/test_table.py
TESTS += %D%/test_table.py
