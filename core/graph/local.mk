libcam_a_SOURCES += \
	%D%/graph.c %D%/graph.h \
	%D%/graph_down.c %D%/graph_down.h \
	%D%/graph_index.c %D%/graph_index.h \
	%D%/graph_load.c %D%/graph_load.h \
	%D%/graph_look.c %D%/graph_look.h \
	%D%/graph_swap.c %D%/graph_swap.h \
	%D%/graph_up.c %D%/graph_up.h \
	%D%/graph_wiring.c %D%/graph_wiring.h
