libcam_a_SOURCES += %D%/arrivals.h %D%/cadence.h %D%/flow.h %D%/pace.h %D%/rate.h %D%/track.h %D%/wall.h \
	%D%/budget.c %D%/budget.h \
	%D%/camera_event.c %D%/camera_event.h \
	%D%/camera.c %D%/camera.h \
	%D%/demand.c %D%/demand.h \
	%D%/event.c %D%/event.h \
	%D%/event_link.c %D%/event_link.h \
	%D%/events.c %D%/events.h \
	%D%/hold.c %D%/hold.h \
	%D%/link.c %D%/link.h \
	%D%/meter.c %D%/meter.h \
	%D%/port.c %D%/port.h \
	%D%/queue.h \
	%D%/timeline.c %D%/timeline.h
