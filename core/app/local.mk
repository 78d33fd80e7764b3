libcam_a_SOURCES += \
	%D%/backlog.c %D%/backlog.h \
	%D%/cli.c %D%/cli.h \
	%D%/manual.c %D%/manual.h \
	%D%/password.c %D%/password.h \
	%D%/pictures.c %D%/pictures.h \
	%D%/server.c %D%/server.h \
	%D%/shm.c %D%/shm.h \
	%D%/warn.c %D%/warn.h
bin_PROGRAMS += cam_server
cam_server_SOURCES = %D%/main.c
cam_server_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
cam_server_LDFLAGS = $(AM_LDFLAGS) $(EXE_LDFLAGS)
cam_server_LDADD = $(LIBCAM_LIBS)
