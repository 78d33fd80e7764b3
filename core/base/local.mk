libcam_a_SOURCES += \
	%D%/arena.c %D%/arena.h \
	%D%/executor.h \
	%D%/kind.c %D%/kind.h \
	%D%/log.c %D%/log.h \
	%D%/memory.c %D%/memory.h \
	%D%/strand.c %D%/strand.h \
	%D%/timers.c %D%/timers.h
