include %D%/lib/av/local.mk
include %D%/rtsp_in/local.mk
include %D%/test_in/local.mk
include %D%/mem_ring/local.mk
include %D%/shm_ring/local.mk
include %D%/recorder_mp4/local.mk
include %D%/ws_view/local.mk
