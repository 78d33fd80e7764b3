libcam_a_SOURCES += \
	%D%/graph.c %D%/graph.h \
	%D%/graph_change.c \
	%D%/graph_index.c %D%/graph_index.h \
	%D%/graph_life.c
