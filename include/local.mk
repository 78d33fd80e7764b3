camincludedir = $(includedir)/cam
caminclude_HEADERS = %D%/cam/plugin.h
caminclude_HEADERS += %D%/cam/shm_ring.h
