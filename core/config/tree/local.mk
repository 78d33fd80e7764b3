libcam_a_SOURCES += \
	%D%/env.c %D%/env.h \
	%D%/expand.c %D%/expand.h \
	%D%/keys.c %D%/keys.h \
	%D%/report.c %D%/report.h \
	%D%/tree.c %D%/tree.h
