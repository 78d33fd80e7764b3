libcam_a_SOURCES += \
	%D%/health.c %D%/health.h \
	%D%/notify.c %D%/notify.h \
	%D%/service.c %D%/service.h
