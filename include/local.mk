camincludedir = $(includedir)/cam
caminclude_HEADERS = %D%/cam/plugin.h %D%/cam/event.h %D%/cam/http.h %D%/cam/option.h
caminclude_HEADERS += %D%/cam/file_name.h %D%/cam/shm_ring.h %D%/cam/shm_explain.h
