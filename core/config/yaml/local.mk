libcam_a_SOURCES += \
	%D%/foreign.c %D%/foreign.h \
	%D%/foreign_text.c %D%/foreign_text.h \
	%D%/remedy.c %D%/remedy.h \
	%D%/yaml.c %D%/yaml.h
