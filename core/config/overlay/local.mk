libcam_a_SOURCES += \
	%D%/env_near.c %D%/env_near.h \
	%D%/overlay.c %D%/overlay.h \
	%D%/path.c %D%/path.h \
	%D%/short.c %D%/short.h \
	%D%/usual.c %D%/usual.h
