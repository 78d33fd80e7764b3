plugin_LTLIBRARIES += mem_ring.la
mem_ring_sources = %D%/mem_ring.c plugins/lib/history.c plugins/lib/history.h
mem_ring_la_SOURCES = $(mem_ring_sources)
mem_ring_la_CFLAGS = $(AM_CFLAGS)
mem_ring_la_LDFLAGS = $(module_flags)
EXTRA_DIST += %D%/README.md

check_PROGRAMS += plugin-mem_ring
TESTS += plugin-mem_ring
plugin_mem_ring_SOURCES = %D%/test_mem_ring.c $(mem_ring_sources)
plugin_mem_ring_CFLAGS = $(AM_CFLAGS)
plugin_mem_ring_LDADD = $(PLUGIN_TEST_LIBS)
