# Random plugins on a real graph: `unit-stress --seconds 600 --seed N`, or CAM_STRESS_SECONDS and CAM_STRESS_SEED.
check_PROGRAMS += unit-stress
TESTS += unit-stress
unit_stress_SOURCES = %D%/stress.c %D%/stress.h %D%/stress_rand.h \
	%D%/stress_actor.c \
	%D%/stress_acts.c \
	%D%/stress_check.c \
	%D%/stress_config.c \
	%D%/stress_events.c \
	%D%/stress_foreign.c \
	%D%/stress_jitter.c \
	%D%/stress_plugins.c \
	%D%/stress_source.c \
	%D%/stress_world.c \
	plugins/lib/history.c tests/unit/engine_clip.c tests/unit/engine_clip.h
unit_stress_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS) $(AVCODEC_CFLAGS) $(TURBOJPEG_CFLAGS)
unit_stress_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pthread_mutex_unlock
unit_stress_LDADD = $(TEST_LIBS)
