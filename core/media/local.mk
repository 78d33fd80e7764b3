libcam_a_SOURCES += %D%/buf.c %D%/buf.h
