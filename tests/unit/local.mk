check_PROGRAMS += unit-strand unit-buf
TESTS += unit-strand unit-buf
unit_strand_SOURCES = %D%/strand.c
unit_strand_LDADD = $(TEST_LIBS)
unit_buf_SOURCES = %D%/buf.c
unit_buf_LDADD = $(TEST_LIBS)
