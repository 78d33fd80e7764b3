# Programs for comparing the server with others; bench/run runs them. Built by `make bench`.
EXTRA_PROGRAMS = bench/replay_camera bench/peer_view bench/bus_cost bench/timeline_cost
CLEANFILES += $(EXTRA_PROGRAMS)
bench_replay_camera_SOURCES = %D%/replay_camera.c %D%/footage.c %D%/footage.h
bench_replay_camera_CFLAGS = $(AM_CFLAGS) $(AVFORMAT_CFLAGS)
bench_replay_camera_LDADD = $(AVFORMAT_LIBS)
bench_peer_view_SOURCES = %D%/peer_view.c
bench_peer_view_CFLAGS = $(AM_CFLAGS) $(AVFORMAT_CFLAGS) $(SWSCALE_CFLAGS) $(TURBOJPEG_CFLAGS)
bench_peer_view_LDADD = $(AVFORMAT_LIBS) $(SWSCALE_LIBS) $(TURBOJPEG_LIBS)
bench_bus_cost_SOURCES = %D%/bus_cost.c
bench_bus_cost_LDADD = $(LIBCAM_LIBS)
bench_timeline_cost_SOURCES = %D%/timeline_cost.c
bench_timeline_cost_LDADD = $(LIBCAM_LIBS)
EXTRA_DIST += %D%/run %D%/idle

.PHONY: bench
bench: all $(EXTRA_PROGRAMS)
	top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' $(PY_LOG_COMPILER) $(top_srcdir)/%D%/run
