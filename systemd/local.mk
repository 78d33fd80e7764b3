# The unit, its user and the permissions of its configuration; --without-systemdsystemunitdir leaves them out.
systemd_sources = %D%/cam_server.service.in %D%/sysusers.d/cam_server.conf %D%/tmpfiles.d/cam_server.conf.in
EXTRA_DIST += $(systemd_sources)
dist_check_SCRIPTS += %D%/test_unit.sh
TESTS += %D%/test_unit.sh
if WITH_SYSTEMD
systemunitdir = $(systemdsystemunitdir)
sysusersdir = $(prefix)/lib/sysusers.d
tmpfilesdir = $(prefix)/lib/tmpfiles.d
nodist_systemunit_DATA = %D%/cam_server.service
dist_sysusers_DATA = %D%/sysusers.d/cam_server.conf
nodist_tmpfiles_DATA = %D%/tmpfiles.d/cam_server.conf
CLEANFILES += $(nodist_systemunit_DATA) $(nodist_tmpfiles_DATA)
endif

# configure leaves directories as ${prefix}/...: make knows their values.
systemd_edit = sed -e 's|@bindir[@]|$(bindir)|g' -e 's|@sysconfdir[@]|$(sysconfdir)|g'
%D%/cam_server.service: %D%/cam_server.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && $(systemd_edit) $(srcdir)/%D%/cam_server.service.in >$@.tmp && mv $@.tmp $@
%D%/tmpfiles.d/cam_server.conf: %D%/tmpfiles.d/cam_server.conf.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D%/tmpfiles.d && \
	$(systemd_edit) $(srcdir)/%D%/tmpfiles.d/cam_server.conf.in >$@.tmp && mv $@.tmp $@
