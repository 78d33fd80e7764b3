libcam_a_SOURCES += \
	%D%/format.c %D%/format.h \
	%D%/hash.c %D%/hash.h \
	%D%/listen.c %D%/listen.h \
	%D%/option.c %D%/option.h \
	%D%/url.c %D%/url.h \
	%D%/zone.c %D%/zone.h
