
dist_check_SCRIPTS += %D%/test_writing_a_plugin.sh
TESTS += %D%/test_writing_a_plugin.sh
EXTRA_DIST += %D%/api.md %D%/architecture.md %D%/glossary.md %D%/performance.md %D%/websocket.md %D%/viewer.png %D%/writing-a-plugin.md \
	%D%/adr

# Rendered from the option tables by the server itself; tests/unit/config_documented.sh fails when they drift.
dist_man_MANS += %D%/cam_server.1 %D%/cam_server.yaml.5
bashcompletiondir = $(datadir)/bash-completion/completions
EXTRA_DIST += %D%/cam_server.1.in %D%/cam_server.yaml.5.in %D%/cam_server.bash-completion.in \
	%D%/cam_server.bash-completion
install-data-local:
	$(MKDIR_P) '$(DESTDIR)$(bashcompletiondir)'
	$(INSTALL_DATA) '$(srcdir)/%D%/cam_server.bash-completion' '$(DESTDIR)$(bashcompletiondir)/cam_server'
uninstall-local:
	rm -f '$(DESTDIR)$(bashcompletiondir)/cam_server'
.PHONY: regenerate
regenerate: cam_server$(EXEEXT) $(plugin_LTLIBRARIES)
	export CAM_SERVER_PLUGIN_PATH='$(abs_top_builddir)/.libs'; \
	./cam_server --example >'$(srcdir)/config/cam_server.yaml' && \
	./cam_server --man 1 >'$(srcdir)/%D%/cam_server.1' && \
	./cam_server --man 5 >'$(srcdir)/%D%/cam_server.yaml.5' && \
	./cam_server --completion >'$(srcdir)/%D%/cam_server.bash-completion'
