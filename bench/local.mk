# Programs for comparing the server with others; bench/run runs them. Built by `make bench`.
EXTRA_PROGRAMS = bench/replay_camera bench/peer_view bench/peer_record bench/bus_cost bench/timeline_cost
CLEANFILES += $(EXTRA_PROGRAMS)
bench_replay_camera_SOURCES = %D%/replay_camera.c %D%/replay.c %D%/replay.h %D%/footage.c %D%/footage.h
bench_replay_camera_CFLAGS = $(AM_CFLAGS) $(AVFORMAT_CFLAGS)
bench_replay_camera_LDADD = $(AVFORMAT_LIBS)
bench_peer_view_SOURCES = %D%/peer_view.c %D%/stream.c %D%/stream.h
bench_peer_view_CFLAGS = $(AM_CFLAGS) $(AVCODEC_CFLAGS) $(SWSCALE_CFLAGS) $(TURBOJPEG_CFLAGS)
bench_peer_view_LDADD = $(LIBCAM_LIBS)
bench_peer_record_SOURCES = %D%/peer_record.c %D%/stream.c %D%/stream.h
bench_bus_cost_SOURCES = %D%/bus_cost.c
bench_bus_cost_LDADD = $(LIBCAM_LIBS)
bench_timeline_cost_SOURCES = %D%/timeline_cost.c
bench_timeline_cost_LDADD = $(LIBCAM_LIBS)
# Plugins that raise and hear events. They stay out of .libs, where the server's own are looked for.
bench_flags = $(AM_LDFLAGS) -module -avoid-version -shared -no-undefined $(NO_UNDEFINED) -rpath /nowhere \
	-export-symbols-regex '^cam_plugin_1$$'
EXTRA_LTLIBRARIES = %D%/bell.la %D%/ear_on_loop.la %D%/ear_on_cpu.la %D%/ear_on_io.la
CLEANFILES += $(EXTRA_LTLIBRARIES)
%C%_bell_la_SOURCES = %D%/bell.c
%C%_bell_la_LDFLAGS = $(bench_flags)
%C%_ear_on_loop_la_SOURCES = %D%/ear.c
%C%_ear_on_loop_la_LDFLAGS = $(bench_flags)
%C%_ear_on_cpu_la_SOURCES = %D%/ear.c
%C%_ear_on_cpu_la_CPPFLAGS = $(AM_CPPFLAGS) -DNAME='"ear_on_cpu"' -DPLACE=CAM_ON_CPU
%C%_ear_on_cpu_la_LDFLAGS = $(bench_flags)
%C%_ear_on_io_la_SOURCES = %D%/ear.c
%C%_ear_on_io_la_CPPFLAGS = $(AM_CPPFLAGS) -DNAME='"ear_on_io"' -DPLACE=CAM_ON_IO
%C%_ear_on_io_la_LDFLAGS = $(bench_flags)
EXTRA_DIST += %D%/run %D%/idle %D%/document.py %D%/measure.py %D%/peers.py %D%/rows_cpu.py %D%/rows_event.py %D%/rows_time.py \
	%D%/sides.py %D%/tables.py

.PHONY: bench bench-programs performance
bench-programs: all
	$(MAKE) $(AM_MAKEFLAGS) $(EXTRA_PROGRAMS) $(EXTRA_LTLIBRARIES)
bench_run = top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' $(PY_LOG_COMPILER) $(top_srcdir)/%D%/run
bench: bench-programs
	$(bench_run) all
# On a quiet machine, of a build with the usual flags. A bar that is not kept is no reason not to tell.
performance: bench-programs
	-$(bench_run) all --markdown >performance.md.new
	test -s performance.md.new
	mv performance.md.new '$(top_srcdir)/doc/performance.md'
	$(bench_run) --readme
