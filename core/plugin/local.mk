libcam_a_SOURCES += %D%/abi.c %D%/abi.h \
	%D%/backoff.c %D%/backoff.h \
	%D%/file.c %D%/file.h \
	%D%/clock.c %D%/clock.h \
	%D%/flap.c %D%/flap.h \
	%D%/handling.c %D%/handling.h \
	%D%/hearing.c %D%/hearing.h \
	%D%/host.c %D%/host.h \
	%D%/loader.c %D%/loader.h \
	%D%/loop.c %D%/loop.h \
	%D%/node.c %D%/node.h \
	%D%/node_impl.h \
	%D%/places.c %D%/places.h \
	%D%/reload.c \
	%D%/report.c \
	%D%/request.c %D%/request.h \
	%D%/source_thread.c \
	%D%/stream.c %D%/stream.h \
	%D%/subscription.c \
	%D%/who.c %D%/who.h
