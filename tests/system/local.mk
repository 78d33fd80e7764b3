# The whole server on real footage; see rig.py. The tools they stand on are in tests/tools.
system_tests = %D%/test_tools.py %D%/test_single.py %D%/test_many.py %D%/test_ring.py %D%/test_wrong_input.py \
	%D%/test_transport.py %D%/test_canvas.py %D%/test_secrets.py %D%/test_reload.py %D%/test_notify.py \
	%D%/test_faults.py %D%/test_openapi.py %D%/test_kinds.py %D%/test_told.py %D%/test_refusals.py \
	%D%/test_storm.py %D%/test_pictures.py %D%/test_http.py %D%/test_events.py %D%/test_rights.py \
	tests/abi/test_old_plugins.py %D%/test_clock.py %D%/test_names.py %D%/test_short.py
EXTRA_DIST += $(system_tests) %D%/rig.py %D%/scripted.py %D%/pictures.py %D%/browser.py %D%/viewer.py %D%/people.py \
	tests/tools/barcode.py tests/tools/camera.py tests/tools/fixtures.py tests/tools/faulty_disk.c \
	tests/tools/storm.py tests/tools/wsclient.py
TESTS += $(system_tests)
