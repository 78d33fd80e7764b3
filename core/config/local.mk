libcam_a_SOURCES += %D%/config.h %D%/load.c %D%/load.h \
	%D%/arena.c %D%/arena.h \
	%D%/cameras.c \
	%D%/env.c %D%/env.h \
	%D%/expand.c %D%/expand.h \
	%D%/help.c \
	%D%/match.c \
	%D%/nearest.c \
	%D%/option.c %D%/option.h %D%/option_format.c \
	%D%/overlay.c %D%/overlay.h \
	%D%/print.c \
	%D%/report.c %D%/report.h \
	%D%/server.c \
	%D%/stage.c \
	%D%/swap.c \
	%D%/tree.c %D%/tree.h \
	%D%/value.c \
	%D%/wiring.c \
	%D%/yaml.c %D%/yaml.h

# The configurations that need no file: the YAML of config/, byte by byte, since long string literals are not portable.
nodist_libcam_a_SOURCES = %D%/builtin.c
CLEANFILES += %D%/builtin.c
%D%/builtin.c: config/single-camera.yaml config/demo.yaml
	$(AM_V_GEN)$(MKDIR_P) %D% && { echo '#include "core/config/config.h"'; \
	for f in single-camera demo; do \
		echo "const char config_`echo $$f | tr - _`[] = {"; \
		od -An -v -tu1 "$(srcdir)/config/$$f.yaml" | sed 's/  *\([0-9][0-9]*\)/\1,/g'; \
		echo '0};'; \
	done; } >$@.tmp && mv $@.tmp $@
