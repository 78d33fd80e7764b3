libcam_a_SOURCES += %D%/clock.h \
	%D%/executor.h \
	%D%/kind.c %D%/kind.h \
	%D%/log.c %D%/log.h \
	%D%/memory.c %D%/memory.h \
	%D%/strand.c %D%/strand.h \
	%D%/text.c %D%/text.h \
	%D%/timers.c %D%/timers.h
