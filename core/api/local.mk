libcam_a_SOURCES += \
	%D%/allow.c %D%/allow.h \
	%D%/api.c %D%/api.h \
	%D%/ask.h \
	%D%/camera_list.c %D%/camera_list.h \
	%D%/camera_watch.c %D%/camera_watch.h \
	%D%/document.c %D%/document.h \
	%D%/event_filter.c %D%/event_filter.h \
	%D%/event_json.c %D%/event_json.h \
	%D%/event_list.c %D%/event_list.h \
	%D%/event_post.c %D%/event_post.h \
	%D%/event_stream.c %D%/event_stream.h \
	%D%/login.c %D%/login.h \
	%D%/metrics.c %D%/metrics.h \
	%D%/openapi.c %D%/openapi.h \
	%D%/own.c %D%/own.h \
	%D%/own_operations.c %D%/own_operations.h \
	%D%/pattern.c %D%/pattern.h \
	%D%/reply.c %D%/reply.h \
	%D%/status.c %D%/status.h \
	%D%/users.c %D%/users.h \
	%D%/walk.c %D%/walk.h
