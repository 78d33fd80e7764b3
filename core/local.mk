# The floors, lowest first. All but main() is one library, so that tests link what they need.
noinst_LIBRARIES += libcam.a
libcam_a_SOURCES =
libcam_a_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS) $(YAML_CFLAGS) $(JANSSON_CFLAGS) $(CRYPT_CFLAGS) $(AVCODEC_CFLAGS) $(SWSCALE_CFLAGS) $(TURBOJPEG_CFLAGS)
LIBCAM_LIBS = libcam.a libground.la $(AVCODEC_LIBS) $(SWSCALE_LIBS) $(TURBOJPEG_LIBS) $(YAML_LIBS) $(JANSSON_LIBS) $(CRYPT_LIBS) $(UV_LIBS) -lm

include %D%/base/local.mk
include %D%/config/local.mk
include %D%/media/local.mk
include %D%/bus/local.mk
include %D%/plugin/local.mk
include %D%/graph/local.mk
include %D%/api/local.mk
include %D%/guard/local.mk
include %D%/supervise/local.mk
include %D%/app/local.mk
