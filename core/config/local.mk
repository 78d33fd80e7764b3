# What is written becomes a tree (yaml, tree), to which short forms, environment and --set are added (overlay); the files
# here make structs of it and check them. option reads and writes values, words finds out what was meant, and show makes
# what users read.
include %D%/words/local.mk
include %D%/tree/local.mk
include %D%/yaml/local.mk
include %D%/option/local.mk
include %D%/overlay/local.mk
libcam_a_SOURCES += \
	%D%/builtin.h \
	%D%/cameras.c %D%/cameras.h \
	%D%/compare.c %D%/compare.h \
	%D%/config.h \
	%D%/hears.c %D%/hears.h \
	%D%/load.c %D%/load.h \
	%D%/loading.h \
	%D%/mapping.c %D%/mapping.h \
	%D%/match.c %D%/match.h \
	%D%/misplaced.c %D%/misplaced.h \
	%D%/name.c %D%/name.h \
	%D%/origin.c %D%/origin.h \
	%D%/required.c %D%/required.h \
	%D%/secret.c %D%/secret.h \
	%D%/section.c %D%/section.h \
	%D%/server_section.c %D%/server_section.h \
	%D%/server_options.c %D%/server_options.h \
	%D%/stage.c %D%/stage.h \
	%D%/swap.c %D%/swap.h \
	%D%/unique.c %D%/unique.h \
	%D%/user_options.c %D%/user_options.h \
	%D%/users_section.c %D%/users_section.h \
	%D%/value.c %D%/value.h \
	%D%/wiring.c %D%/wiring.h

# Configurations that need no file are built in.
EXTRA_DIST += %D%/builtin.sh
nodist_libcam_a_SOURCES = %D%/builtin.c
CLEANFILES += %D%/builtin.c
builtin_files = single_camera:config/single-camera.yaml demo:config/demo.yaml
%D%/builtin.c: %D%/builtin.sh config/single-camera.yaml config/demo.yaml
	$(AM_V_GEN)$(MKDIR_P) %D% && $(SHELL) $(srcdir)/%D%/builtin.sh '$(srcdir)' core/config/builtin.h \
		$(builtin_files) >$@.tmp && mv $@.tmp $@

include %D%/show/local.mk
