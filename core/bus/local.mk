libcam_a_SOURCES +=
