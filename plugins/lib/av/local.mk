# What the plugins that handle compressed video share, compiled into each of them: parameter sets and sizes, without FFmpeg; and
# FFmpeg's codec numbers.
LIB_AV_SETS = %D%/annexb.c %D%/annexb.h %D%/bits.h %D%/jpeg_size.c %D%/jpeg_size.h %D%/sps.c %D%/sps.h
LIB_AV_SOURCES = %D%/codec.c %D%/codec.h $(LIB_AV_SETS)
