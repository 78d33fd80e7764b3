libcam_a_SOURCES += %D%/abi.c %D%/abi.h \
	%D%/backoff.c %D%/backoff.h \
	%D%/file.c %D%/file.h \
	%D%/clock.c %D%/clock.h \
	%D%/flap.c %D%/flap.h \
	%D%/host.c %D%/host.h \
	%D%/loader.c %D%/loader.h \
	%D%/loop.c %D%/loop.h \
	%D%/node.c %D%/node.h \
	%D%/node_impl.h \
	%D%/places.c %D%/places.h \
	%D%/reload.c \
	%D%/report.c \
	%D%/source_thread.c \
	%D%/subscription.c
