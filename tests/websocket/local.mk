# Autobahn's cases against the WebSocket code: needs packages of PyPI, hence not a part of `make check`.
check_PROGRAMS += websocket-echo
websocket_echo_SOURCES = %D%/echo.c
websocket_echo_CPPFLAGS = $(ws_view_cppflags)
websocket_echo_LDADD = $(ws_view_test_libs)
EXTRA_DIST += %D%/README.md %D%/requirements.txt %D%/cases.py

check-websocket: websocket-echo
	test -x websocket-test/bin/python || /usr/bin/python3 -m venv websocket-test
	cmp -s $(srcdir)/%D%/requirements.txt websocket-test/installed || \
		{ websocket-test/bin/pip install -q --disable-pip-version-check --only-binary :all: --require-hashes \
			-r $(srcdir)/%D%/requirements.txt && cp $(srcdir)/%D%/requirements.txt websocket-test/installed; }
	websocket-test/bin/python $(srcdir)/%D%/cases.py ./websocket-echo
clean-local: clean-websocket
clean-websocket:
	rm -rf websocket-test
.PHONY: check-websocket clean-websocket
