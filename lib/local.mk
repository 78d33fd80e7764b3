# The ground floor: pure helpers of the core and the plugins alike, compiled once.
noinst_LTLIBRARIES += libground.la
libground_la_SOURCES = %D%/bytes.h %D%/clock.h %D%/hex.h %D%/utf8.h \
	%D%/glob.c %D%/glob.h \
	%D%/query.c %D%/query.h \
	%D%/text.c %D%/text.h
