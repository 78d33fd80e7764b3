# What the camera sends: RTP packets in order, and access units from them.
RTSP_IN_PACKETS = %D%/rtp.c %D%/rtp.h %D%/rtcp.c %D%/rtcp.h %D%/rtp_clock.c %D%/rtp_clock.h %D%/order.c %D%/order.h \
	%D%/assembly.c %D%/assembly.h %D%/depay.c %D%/depay.h %D%/depay_h26x.c %D%/depay_h26x.h \
	%D%/depay_audio.c %D%/depay_audio.h %D%/depay_jpeg.c %D%/depay_jpeg.h %D%/jpeg_tables.c %D%/jpeg_tables.h
