# A plugin's own sources with a fake host. Each plugin's test adds itself in plugins/<name>/local.mk.
check_LIBRARIES = libfake.a
libfake_a_SOURCES = %D%/fake_host.c %D%/fake_host.h
PLUGIN_TEST_LIBS = libfake.a $(TEST_LIBS)
