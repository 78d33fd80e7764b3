# In the library, so that their tests link them.
libcam_a_SOURCES += %D%/cli.c %D%/cli.h %D%/graph_index.c %D%/graph_index.h %D%/health.c %D%/health.h \
	%D%/notify.c %D%/notify.h \
	%D%/pattern.c %D%/pattern.h \
	%D%/private.c %D%/private.h \
	%D%/protect.c %D%/protect.h \
	%D%/query.c %D%/query.h \
	%D%/render.c %D%/render.h \
	%D%/sandbox.c %D%/sandbox_calls.c %D%/sandbox.h \
	%D%/shm.c %D%/shm.h \
	%D%/takeover.c %D%/takeover.h
bin_PROGRAMS += cam_server
cam_server_SOURCES = %D%/backlog.c %D%/backlog.h \
	%D%/graph.c %D%/graph.h \
	%D%/graph_life.c \
	%D%/graph_change.c \
	%D%/document.c %D%/document.h \
	%D%/main.c \
	%D%/metrics.c %D%/metrics.h \
	%D%/openapi.c %D%/openapi.h \
	%D%/pictures.c %D%/pictures.h \
	%D%/reply.c %D%/reply.h \
	%D%/routes.c %D%/routes.h \
	%D%/server.c %D%/server.h \
	%D%/service.c %D%/service.h \
	%D%/status.c %D%/status.h
cam_server_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
cam_server_LDFLAGS = $(AM_LDFLAGS) $(EXE_LDFLAGS)
cam_server_LDADD = $(LIBCAM_LIBS)
