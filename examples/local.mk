# Programs that read the ring: built to see that they build, installed as sources.
exampledir = $(docdir)/examples
dist_example_DATA = %D%/read_ring.c %D%/read_ring.py
noinst_PROGRAMS += %D%/read_ring
%C%_read_ring_SOURCES = %D%/read_ring.c
