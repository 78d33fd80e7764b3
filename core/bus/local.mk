libcam_a_SOURCES += %D%/budget.c %D%/budget.h \
	%D%/camera.c %D%/camera.h \
	%D%/demand.c %D%/demand.h \
	%D%/link.c %D%/link.h \
	%D%/meter.c %D%/meter.h \
	%D%/port.c %D%/port.h \
	%D%/queue.h \
	%D%/timeline.c %D%/timeline.h
