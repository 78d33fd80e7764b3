libcam_a_SOURCES += \
	%D%/guard.c %D%/guard.h \
	%D%/private_memory.c %D%/private_memory.h \
	%D%/sandbox_calls.c %D%/sandbox_calls.h \
	%D%/sandbox_files.c %D%/sandbox_files.h \
	%D%/takeover.c %D%/takeover.h
