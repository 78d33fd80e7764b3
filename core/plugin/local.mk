libcam_a_SOURCES += %D%/abi.c %D%/abi.h \
	%D%/backoff.c %D%/backoff.h \
	%D%/clock_news.c %D%/clock_news.h \
	%D%/file.c %D%/file.h \
	%D%/flap.c %D%/flap.h \
	%D%/handling.c %D%/handling.h \
	%D%/hearing.c %D%/hearing.h \
	%D%/host.c %D%/host.h \
	%D%/loader.c %D%/loader.h \
	%D%/loop.c %D%/loop.h \
	%D%/node.c %D%/node.h \
	%D%/node_call.c %D%/node_call.h \
	%D%/node_end.c %D%/node_end.h \
	%D%/cam_node.h \
	%D%/node_reload.c %D%/node_reload.h \
	%D%/node_state.c %D%/node_state.h \
	%D%/node_world.h \
	%D%/places.c %D%/places.h \
	%D%/request.c %D%/request.h \
	%D%/source_thread.c %D%/source_thread.h \
	%D%/stream.c %D%/stream.h \
	%D%/subscription.c %D%/subscription.h \
	%D%/who.c %D%/who.h
