# What the plugins that use FFmpeg share: compiled into each of them.
LIB_AV_SOURCES = %D%/codec.c %D%/codec.h %D%/annexb.c %D%/annexb.h %D%/sps.c %D%/sps.h
