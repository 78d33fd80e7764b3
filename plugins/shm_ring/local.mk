plugin_LTLIBRARIES += shm_ring.la
shm_ring_sources = %D%/shm_ring.c %D%/ring.c %D%/slots.c %D%/space.c %D%/ring.h %D%/ring_parts.h \
	plugins/lib/history.c plugins/lib/history.h
shm_ring_la_SOURCES = $(shm_ring_sources)
shm_ring_la_CFLAGS = $(AM_CFLAGS)
shm_ring_la_LDFLAGS = $(module_flags)
shm_ring_la_LIBADD = -lm
EXTRA_DIST += %D%/README.md

check_PROGRAMS += plugin-shm_ring
TESTS += plugin-shm_ring
plugin_shm_ring_SOURCES = %D%/test_shm_ring.c $(shm_ring_sources)
plugin_shm_ring_CFLAGS = $(AM_CFLAGS)
plugin_shm_ring_LDADD = $(PLUGIN_TEST_LIBS) -lm
