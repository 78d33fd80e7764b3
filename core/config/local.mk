libcam_a_SOURCES += %D%/config.h %D%/load.c %D%/load.h \
	%D%/arena.c %D%/arena.h \
	%D%/cameras.c \
	%D%/env.c %D%/env.h \
	%D%/env_near.c %D%/env_near.h \
	%D%/expand.c %D%/expand.h \
	%D%/foreign.c %D%/foreign.h \
	%D%/foreign_text.c \
	%D%/hears.c %D%/hears.h \
	%D%/listen.c %D%/listen.h \
	%D%/mapping.c %D%/mapping.h \
	%D%/match.c \
	%D%/meaning.c %D%/meaning.h \
	%D%/misplaced.c %D%/misplaced.h \
	%D%/nearest.c \
	%D%/option.c %D%/option.h %D%/option_format.c \
	%D%/overlay.c %D%/overlay.h \
	%D%/report.c %D%/report.h \
	%D%/secret.c %D%/secret.h \
	%D%/section.c %D%/section.h \
	%D%/server.c \
	%D%/stage.c \
	%D%/swap.c \
	%D%/short.c \
	%D%/syntax.c \
	%D%/tree.c %D%/tree.h \
	%D%/unique.c \
	%D%/url.c %D%/url.h \
	%D%/users.c %D%/users.h \
	%D%/value.c \
	%D%/wiring.c \
	%D%/yaml.c %D%/yaml.h \
	%D%/zone.c %D%/zone.h

# Files that are built in, byte by byte, since long string literals are not portable: the configurations that need no
# file, and the templates.
nodist_libcam_a_SOURCES = %D%/builtin.c
CLEANFILES += %D%/builtin.c
builtin_files = single_camera:config/single-camera.yaml demo:config/demo.yaml \
	example_template:config/example.yaml.in man1_template:doc/cam_server.1.in \
	man5_template:doc/cam_server.yaml.5.in completion_template:doc/cam_server.bash-completion.in
%D%/builtin.c: config/single-camera.yaml config/demo.yaml config/example.yaml.in doc/cam_server.1.in \
		doc/cam_server.yaml.5.in doc/cam_server.bash-completion.in
	$(AM_V_GEN)$(MKDIR_P) %D% && { echo '#include "core/config/show/template.h"'; \
	for f in $(builtin_files); do \
		echo "const char config_$${f%%:*}[] = {"; \
		od -An -v -tu1 "$(srcdir)/$${f#*:}" | sed 's/  *\([0-9][0-9]*\)/\1,/g'; \
		echo '0};'; \
	done; } >$@.tmp && mv $@.tmp $@
