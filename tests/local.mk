# A unit test is one C file that speaks TAP; see tests/check.h.
TEST_LIBS = $(LIBCAM_LIBS)
EXTRA_DIST += %D%/check.h %D%/tsan.supp

include %D%/unit/local.mk
include %D%/stress/local.mk
include %D%/plugin/local.mk
include %D%/fuzz/local.mk
include %D%/abi/local.mk
include %D%/system/local.mk
include %D%/image/local.mk
include %D%/browser/local.mk
include %D%/websocket/local.mk
include %D%/lint/local.mk
