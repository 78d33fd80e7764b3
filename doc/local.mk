
dist_check_SCRIPTS += %D%/test_writing_a_plugin.sh
TESTS += %D%/test_writing_a_plugin.sh
EXTRA_DIST += %D%/architecture.md %D%/websocket.md %D%/viewer.png %D%/writing-a-plugin.md %D%/adr
