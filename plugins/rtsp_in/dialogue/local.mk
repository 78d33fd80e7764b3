# What the camera and we say to each other: bytes in, bytes out.
RTSP_IN_DIALOGUE = %D%/wire.c %D%/wire.h %D%/client.c %D%/client.h %D%/client_state.h %D%/client_request.c %D%/client_request.h \
	%D%/transport.c %D%/transport.h %D%/auth.c %D%/auth.h %D%/sdp.c %D%/sdp.h %D%/asc.c %D%/asc.h \
	%D%/url.c %D%/url.h %D%/fault.c %D%/fault.h
