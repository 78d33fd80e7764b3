camincludedir = $(includedir)/cam
caminclude_HEADERS = %D%/cam/plugin.h
