libcam_a_SOURCES += \
	%D%/meaning.c %D%/meaning.h \
	%D%/nearest.c %D%/nearest.h
