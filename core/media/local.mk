libcam_a_SOURCES += %D%/arrange.c %D%/arrange.h \
	%D%/buf.c %D%/buf.h \
	%D%/colour.c %D%/colour.h \
	%D%/decoder.c %D%/decoder.h \
	%D%/engine.c %D%/engine.h \
	%D%/jpeg.c %D%/jpeg.h \
	%D%/mempool.c %D%/mempool.h \
	%D%/outputs.c %D%/outputs.h \
	%D%/quota.c %D%/quota.h \
	%D%/rendition.c %D%/rendition.h \
	%D%/scaler.c %D%/scaler.h \
	%D%/taker.h \
	%D%/turns.c %D%/turns.h
