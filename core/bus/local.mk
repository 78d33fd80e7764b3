libcam_a_SOURCES += %D%/camera.c %D%/camera.h \
	%D%/demand.c %D%/demand.h \
	%D%/link.c %D%/link.h \
	%D%/meter.c %D%/meter.h \
	%D%/port.c %D%/port.h \
	%D%/timeline.c %D%/timeline.h
