plugin_LTLIBRARIES += shm_ring.la
shm_ring_sources = %D%/shm_ring.c %D%/ring.c %D%/ring.h %D%/ring_open.c %D%/ring_open.h %D%/slots.c %D%/slots.h \
	%D%/space.c %D%/space.h \
	plugins/lib/history.c plugins/lib/history.h
shm_ring_la_SOURCES = $(shm_ring_sources)
shm_ring_la_CFLAGS = $(AM_CFLAGS)
shm_ring_la_LDFLAGS = $(module_flags)
shm_ring_la_LIBADD = -lm
EXTRA_DIST += %D%/README.md
dist_doc_DATA += doc/shm-ring.md

shm_ring_tests = plugin-shm_ring plugin-shm_ring_names plugin-shm_ring_readers plugin-shm_ring_scarce
check_PROGRAMS += $(shm_ring_tests)
dist_check_SCRIPTS += %D%/test_headers.sh
TESTS += $(shm_ring_tests) %D%/test_headers.sh
# The reader that it runs.
plugin_shm_ring_readers_DEPENDENCIES = examples/read_ring$(EXEEXT) $(PLUGIN_TEST_LIBS)
plugin_shm_ring_SOURCES = %D%/test_shm_ring.c %D%/test_rig.h $(shm_ring_sources)
plugin_shm_ring_CFLAGS = $(AM_CFLAGS)
plugin_shm_ring_LDADD = $(PLUGIN_TEST_LIBS) -lm
plugin_shm_ring_names_SOURCES = %D%/test_names.c %D%/test_rig.h $(shm_ring_sources)
plugin_shm_ring_names_CFLAGS = $(AM_CFLAGS)
plugin_shm_ring_names_LDADD = $(PLUGIN_TEST_LIBS) -lm
plugin_shm_ring_readers_SOURCES = %D%/test_readers.c %D%/test_rig.h $(shm_ring_sources)
plugin_shm_ring_readers_CFLAGS = $(AM_CFLAGS)
plugin_shm_ring_readers_LDADD = $(PLUGIN_TEST_LIBS) -lm
plugin_shm_ring_scarce_SOURCES = %D%/test_scarce.c %D%/test_rig.h $(shm_ring_sources)
plugin_shm_ring_scarce_CFLAGS = $(AM_CFLAGS)
plugin_shm_ring_scarce_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime,--wrap=statvfs,--wrap=posix_fallocate \
	-Wl,--wrap=shm_open,--wrap=ftruncate,--wrap=fchmod,--wrap=mmap
plugin_shm_ring_scarce_LDADD = $(PLUGIN_TEST_LIBS) -lm
