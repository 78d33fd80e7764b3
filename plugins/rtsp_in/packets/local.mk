# What the camera sends: RTP packets in order, and access units from them.
RTSP_IN_PACKETS = %D%/rtp.c %D%/rtp.h %D%/rtcp.c %D%/rtp_clock.c %D%/order.c %D%/order.h \
	%D%/depay.c %D%/depay.h %D%/depay_private.h %D%/depay_h26x.c %D%/depay_audio.c %D%/depay_jpeg.c \
	%D%/jpeg_tables.c %D%/jpeg_tables.h
