libcam_a_SOURCES += \
	%D%/document.c %D%/document.h \
	%D%/metrics.c %D%/metrics.h \
	%D%/openapi.c %D%/openapi.h \
	%D%/pattern.c %D%/pattern.h \
	%D%/reply.c %D%/reply.h \
	%D%/routes.c %D%/routes.h \
	%D%/status.c %D%/status.h
