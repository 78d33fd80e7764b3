libcam_a_SOURCES += \
	%D%/completion.c \
	%D%/example.c \
	%D%/help.c \
	%D%/man.c \
	%D%/print.c \
	%D%/schema.c %D%/schema.h \
	%D%/schema_option.c \
	%D%/template.c %D%/template.h
