libcam_a_SOURCES += \
	%D%/templates.h \
	%D%/completion.c %D%/completion.h \
	%D%/describe.c %D%/describe.h \
	%D%/example.c %D%/example.h \
	%D%/help.c %D%/help.h \
	%D%/man.c %D%/man.h \
	%D%/plugins.c %D%/plugins.h \
	%D%/print.c %D%/print.h \
	%D%/roff.c %D%/roff.h \
	%D%/schema.c %D%/schema.h \
	%D%/schema_option.c %D%/schema_option.h \
	%D%/template.c %D%/template.h

# Templates are built in too.
nodist_libcam_a_SOURCES += %D%/templates.c
CLEANFILES += %D%/templates.c
template_files = example_template:config/example.yaml.in man1_template:doc/cam_server.1.in \
	man5_template:doc/cam_server.yaml.5.in completion_template:doc/cam_server.bash-completion.in
%D%/templates.c: core/config/builtin.sh config/example.yaml.in doc/cam_server.1.in doc/cam_server.yaml.5.in \
		doc/cam_server.bash-completion.in
	$(AM_V_GEN)$(MKDIR_P) %D% && $(SHELL) $(srcdir)/core/config/builtin.sh '$(srcdir)' core/config/show/templates.h \
		$(template_files) >$@.tmp && mv $@.tmp $@
