# The renditions: streams are encoded by the tests themselves.
check_PROGRAMS += unit-engine_share unit-engine_picture unit-engine_hostile unit-engine_memory unit-engine_budget unit-engine_due
TESTS += unit-engine_share unit-engine_picture unit-engine_hostile unit-engine_memory unit-engine_budget unit-engine_due
unit_engine_budget_SOURCES = %D%/engine_budget.c %D%/engine_clip.c %D%/engine_clip.h
unit_engine_budget_CFLAGS = $(AM_CFLAGS) $(AVCODEC_CFLAGS)
unit_engine_budget_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
unit_engine_budget_LDADD = $(TEST_LIBS)
unit_engine_due_SOURCES = %D%/engine_due.c %D%/engine_clip.c %D%/engine_clip.h
unit_engine_due_CFLAGS = $(AM_CFLAGS) $(AVCODEC_CFLAGS)
unit_engine_due_LDADD = $(TEST_LIBS)
unit_engine_share_SOURCES = %D%/engine_share.c %D%/engine_clip.c %D%/engine_clip.h
unit_engine_share_CFLAGS = $(AM_CFLAGS) $(AVCODEC_CFLAGS) $(TURBOJPEG_CFLAGS)
unit_engine_share_LDADD = $(TEST_LIBS)
unit_engine_picture_SOURCES = %D%/engine_picture.c %D%/engine_clip.c %D%/engine_clip.h
unit_engine_picture_CFLAGS = $(AM_CFLAGS) $(AVCODEC_CFLAGS) $(TURBOJPEG_CFLAGS)
unit_engine_picture_LDADD = $(TEST_LIBS)
unit_engine_hostile_SOURCES = %D%/engine_hostile.c %D%/engine_clip.c %D%/engine_clip.h
unit_engine_hostile_CFLAGS = $(AM_CFLAGS) $(AVCODEC_CFLAGS) $(TURBOJPEG_CFLAGS)
unit_engine_hostile_LDADD = $(TEST_LIBS)
unit_engine_memory_SOURCES = %D%/engine_memory.c %D%/engine_clip.c %D%/engine_clip.h
unit_engine_memory_CFLAGS = $(AM_CFLAGS) $(AVCODEC_CFLAGS) $(SWSCALE_CFLAGS) $(TURBOJPEG_CFLAGS)
unit_engine_memory_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=calloc,--wrap=malloc,--wrap=aligned_alloc,--wrap=av_mallocz \
	-Wl,--wrap=av_frame_alloc,--wrap=av_frame_clone,--wrap=av_packet_alloc,--wrap=avcodec_alloc_context3 \
	-Wl,--wrap=tjInitCompress,--wrap=tjInitDecompress,--wrap=sws_getContext
unit_engine_memory_LDADD = $(TEST_LIBS)

check_PROGRAMS += unit-strand unit-buf unit-text unit-memory
TESTS += unit-strand unit-buf unit-text unit-memory
unit_memory_SOURCES = %D%/memory.c
unit_memory_LDADD = $(TEST_LIBS)
unit_text_SOURCES = %D%/text.c
unit_text_LDADD = $(TEST_LIBS)
unit_strand_SOURCES = %D%/strand.c
unit_strand_LDADD = $(TEST_LIBS)
unit_buf_SOURCES = %D%/buf.c
unit_buf_LDADD = $(TEST_LIBS)

# What README and doc/performance.md say of figures.
dist_check_SCRIPTS += %D%/figures.py
TESTS += %D%/figures.py

# Configuration: unit tests, and one program for all golden cases in tests/config.
dist_check_SCRIPTS += %D%/config_shipped.sh %D%/config_rendered.sh %D%/config_schema.py %D%/config_check.py
TESTS += %D%/config_shipped.sh %D%/config_rendered.sh %D%/config_schema.py %D%/config_check.py
check_PROGRAMS += config-schema-fakes
config_schema_fakes_SOURCES = %D%/config_schema_fakes.c %D%/config_fakes.c %D%/config_fakes.h
config_schema_fakes_LDADD = $(TEST_LIBS)
config_tests = unit-config-golden unit-config-cli unit-config-hostile unit-config-option unit-config-load \
	unit-config-memory unit-config-documented unit-config-people unit-config-users \
	unit-config-show
check_PROGRAMS += $(config_tests)
TESTS += $(config_tests)
unit_config_hostile_SOURCES = %D%/config_hostile.c %D%/config_fakes.c %D%/config_fakes.h
unit_config_hostile_LDADD = $(TEST_LIBS)
unit_config_option_SOURCES = %D%/config_option.c
unit_config_option_LDADD = $(TEST_LIBS)
unit_config_load_SOURCES = %D%/config_load.c %D%/config_fakes.c %D%/config_fakes.h
unit_config_load_LDADD = $(TEST_LIBS)
unit_config_memory_SOURCES = %D%/config_memory.c %D%/config_fakes.c %D%/config_fakes.h
unit_config_memory_LDADD = $(TEST_LIBS)
unit_config_documented_SOURCES = %D%/config_documented.c %D%/config_fakes.c %D%/config_fakes.h
unit_config_documented_LDADD = $(TEST_LIBS)
unit_config_people_SOURCES = %D%/config_people.c %D%/config_fakes.c %D%/config_fakes.h
unit_config_people_LDADD = $(TEST_LIBS)
unit_config_show_SOURCES = %D%/config_show.c %D%/config_fakes.c %D%/config_fakes.h
unit_config_show_LDADD = $(TEST_LIBS)
unit_config_users_SOURCES = %D%/config_users.c %D%/config_fakes.c %D%/config_fakes.h
unit_config_users_LDADD = $(TEST_LIBS)
unit_config_cli_SOURCES = %D%/config_cli.c
unit_config_cli_LDADD = $(TEST_LIBS)
unit_config_golden_SOURCES = %D%/config_golden.c %D%/config_fakes.c %D%/config_fakes.h
unit_config_golden_LDADD = $(TEST_LIBS)
EXTRA_DIST += tests/config
check_PROGRAMS += unit-demand
TESTS += unit-demand
unit_demand_SOURCES = %D%/demand.c %D%/engine_clip.c %D%/engine_clip.h
unit_demand_CFLAGS = $(AM_CFLAGS) $(AVCODEC_CFLAGS)
unit_demand_LDADD = $(TEST_LIBS)
check_PROGRAMS += unit-link unit-link_past unit-timeline
TESTS += unit-link unit-link_past unit-timeline
unit_link_SOURCES = %D%/link.c %D%/link_fixture.h
unit_link_past_SOURCES = %D%/link_past.c %D%/link_fixture.h
unit_link_past_LDADD = $(TEST_LIBS)
unit_link_LDADD = $(TEST_LIBS)
unit_timeline_SOURCES = %D%/timeline.c
unit_timeline_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
unit_timeline_LDADD = $(TEST_LIBS)
check_PROGRAMS += unit-link_gaps unit-node_session
TESTS += unit-link_gaps unit-node_session
unit_link_gaps_SOURCES = %D%/link_gaps.c
unit_link_gaps_LDADD = $(TEST_LIBS)
unit_node_session_SOURCES = %D%/node_session.c %D%/node_world.c %D%/node_world.h
unit_node_session_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
unit_node_session_LDADD = $(TEST_LIBS)
# The time line against simulated cameras and networks; CAM_TEST_SEEDS=100 for a day's confidence.
check_PROGRAMS += unit-timeline_honest unit-timeline_liars unit-timeline_tracks
TESTS += unit-timeline_honest unit-timeline_liars unit-timeline_tracks
unit_timeline_honest_SOURCES = %D%/timeline_honest.c %D%/timeline_sim.c %D%/timeline_sim.h
unit_timeline_honest_LDADD = $(TEST_LIBS)
unit_timeline_liars_SOURCES = %D%/timeline_liars.c %D%/timeline_sim.c %D%/timeline_sim.h
unit_timeline_liars_LDADD = $(TEST_LIBS)
unit_timeline_tracks_SOURCES = %D%/timeline_tracks.c
unit_timeline_tracks_LDADD = $(TEST_LIBS)
check_PROGRAMS += unit-hold
TESTS += unit-hold
unit_hold_SOURCES = %D%/hold.c
unit_hold_LDADD = $(TEST_LIBS)
check_PROGRAMS += unit-node unit-node_end
TESTS += unit-node unit-node_end
unit_node_SOURCES = %D%/node.c %D%/node_world.c %D%/node_world.h
unit_node_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
unit_node_LDADD = $(TEST_LIBS)
unit_node_end_SOURCES = %D%/node_end.c %D%/node_world.c %D%/node_world.h
unit_node_end_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
unit_node_end_LDADD = $(TEST_LIBS)

check_PROGRAMS += unit-pause
TESTS += unit-pause
unit_pause_SOURCES = %D%/pause.c
unit_pause_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
unit_pause_LDADD = $(TEST_LIBS)
check_PROGRAMS += unit-health
TESTS += unit-health
unit_health_SOURCES = %D%/health.c
unit_health_LDADD = $(TEST_LIBS)
check_PROGRAMS += unit-notify unit-guard unit-password unit-shm unit-takeover
TESTS += unit-notify unit-guard unit-password unit-shm unit-takeover
unit_notify_SOURCES = %D%/notify.c
unit_notify_LDADD = $(TEST_LIBS)
unit_password_SOURCES = %D%/password.c
unit_password_LDADD = $(TEST_LIBS)
unit_guard_SOURCES = %D%/guard.c %D%/child.h %D%/config_fakes.c %D%/config_fakes.h
unit_guard_LDADD = $(TEST_LIBS)
unit_shm_SOURCES = %D%/shm.c
unit_shm_LDADD = $(TEST_LIBS)
unit_takeover_SOURCES = %D%/takeover.c %D%/child.h
unit_takeover_LDADD = $(TEST_LIBS)
check_PROGRAMS += unit-abi unit-kind
TESTS += unit-abi unit-kind
unit_abi_SOURCES = %D%/abi.c
unit_abi_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
unit_abi_LDADD = $(TEST_LIBS)
unit_kind_SOURCES = %D%/kind.c
unit_kind_LDADD = $(TEST_LIBS)
check_PROGRAMS += unit-routes
TESTS += unit-routes
unit_routes_SOURCES = %D%/routes.c
unit_routes_LDADD = $(TEST_LIBS)
check_PROGRAMS += unit-query
TESTS += unit-query
unit_query_SOURCES = %D%/query.c
unit_query_LDADD = $(TEST_LIBS)
check_PROGRAMS += unit-file
TESTS += unit-file
unit_file_SOURCES = %D%/file.c
unit_file_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
unit_file_LDADD = $(TEST_LIBS)
check_PROGRAMS += unit-node_reload
TESTS += unit-node_reload
unit_node_reload_SOURCES = %D%/node_reload.c %D%/node_world.c %D%/node_world.h
unit_node_reload_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
unit_node_reload_LDADD = $(TEST_LIBS)
check_PROGRAMS += unit-flap
TESTS += unit-flap
unit_flap_SOURCES = %D%/flap.c
unit_flap_LDADD = $(TEST_LIBS)
# The graph, with plugins that write down what they are told.
graph_tests = unit-graph unit-graph_ask unit-graph_reload unit-server unit-service unit-app unit-main
check_PROGRAMS += $(graph_tests)
TESTS += $(graph_tests)
graph_world = %D%/graph_world.c %D%/graph_world.h %D%/graph_plugins.c
unit_graph_SOURCES = %D%/graph.c $(graph_world)
unit_graph_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
unit_graph_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
unit_graph_LDADD = $(TEST_LIBS)
unit_graph_ask_SOURCES = %D%/graph_ask.c $(graph_world)
unit_graph_ask_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
unit_graph_ask_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
unit_graph_ask_LDADD = $(TEST_LIBS)
unit_graph_reload_SOURCES = %D%/graph_reload.c $(graph_world)
unit_graph_reload_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
unit_graph_reload_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime,--wrap=calloc,--wrap=realloc
unit_graph_reload_LDADD = $(TEST_LIBS)
unit_server_SOURCES = %D%/server.c $(graph_world)
unit_server_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
unit_server_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime,--wrap=_exit
unit_server_LDADD = $(TEST_LIBS)
unit_service_SOURCES = %D%/service.c $(graph_world)
unit_service_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
unit_service_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
unit_service_LDADD = $(TEST_LIBS)
unit_app_SOURCES = %D%/app.c $(graph_world)
unit_app_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
unit_app_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
unit_app_LDADD = $(TEST_LIBS)
unit_main_SOURCES = %D%/main.c %D%/child.h
unit_main_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=_exit
unit_main_LDADD = $(TEST_LIBS)
check_PROGRAMS += unit-event_times
TESTS += unit-event_times
unit_event_times_SOURCES = %D%/event_times.c
unit_event_times_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
unit_event_times_LDADD = $(TEST_LIBS)
# Events, requests and rights.
check_PROGRAMS += unit-event unit-events unit-event_link
TESTS += unit-event unit-events unit-event_link
unit_event_SOURCES = %D%/event.c
unit_event_LDADD = $(TEST_LIBS)
unit_events_SOURCES = %D%/events.c
unit_events_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
unit_events_LDADD = $(TEST_LIBS)
unit_event_link_SOURCES = %D%/event_link.c
unit_event_link_LDADD = $(TEST_LIBS)
check_PROGRAMS += unit-stream unit-request
TESTS += unit-stream unit-request
unit_stream_SOURCES = %D%/stream.c
unit_stream_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
unit_stream_LDADD = $(TEST_LIBS)
unit_request_SOURCES = %D%/request.c
unit_request_LDADD = $(TEST_LIBS)
check_PROGRAMS += unit-handling
TESTS += unit-handling
unit_handling_SOURCES = %D%/handling.c %D%/node_world.c %D%/node_world.h
unit_handling_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
unit_handling_LDADD = $(TEST_LIBS)
check_PROGRAMS += unit-log unit-meter
TESTS += unit-log unit-meter
unit_log_SOURCES = %D%/log.c
unit_log_LDADD = $(TEST_LIBS)
unit_meter_SOURCES = %D%/meter.c
unit_meter_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
unit_meter_LDADD = $(TEST_LIBS)
# The API before such a graph.
api_tests = unit-api unit-api_who unit-api_events
check_PROGRAMS += $(api_tests)
TESTS += $(api_tests)
api_world = %D%/api_world.c %D%/api_world.h $(graph_world)
unit_api_SOURCES = %D%/api.c $(api_world)
unit_api_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
unit_api_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
unit_api_LDADD = $(TEST_LIBS)
unit_api_who_SOURCES = %D%/api_who.c $(api_world)
unit_api_who_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS) $(AVUTIL_CFLAGS)
unit_api_who_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
unit_api_who_LDADD = $(TEST_LIBS)
unit_api_events_SOURCES = %D%/api_events.c $(api_world)
unit_api_events_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
unit_api_events_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
unit_api_events_LDADD = $(TEST_LIBS)
check_PROGRAMS += unit-users unit-login
TESTS += unit-users unit-login
unit_users_SOURCES = %D%/users.c
unit_users_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPT_CFLAGS)
unit_users_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=calloc
unit_users_LDADD = $(TEST_LIBS)
unit_login_SOURCES = %D%/login.c
unit_login_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS) $(CRYPT_CFLAGS) $(AVCODEC_CFLAGS)
unit_login_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=crypt_r,--wrap=clock_gettime
unit_login_LDADD = $(TEST_LIBS)
check_PROGRAMS += unit-walk
TESTS += unit-walk
unit_walk_SOURCES = %D%/walk.c %D%/api_fixture.h $(api_world)
unit_walk_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS) $(AVCODEC_CFLAGS)
unit_walk_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
unit_walk_LDADD = $(TEST_LIBS)
check_PROGRAMS += unit-event_api
TESTS += unit-event_api
unit_event_api_SOURCES = %D%/event_api.c %D%/api_fixture.h $(api_world)
unit_event_api_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS) $(JANSSON_CFLAGS)
unit_event_api_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
unit_event_api_LDADD = $(TEST_LIBS)
check_PROGRAMS += unit-event_streams
TESTS += unit-event_streams
unit_event_streams_SOURCES = %D%/event_streams.c %D%/api_fixture.h $(api_world)
unit_event_streams_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
unit_event_streams_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
unit_event_streams_LDADD = $(TEST_LIBS)
check_PROGRAMS += unit-loader
TESTS += unit-loader
unit_loader_SOURCES = %D%/loader.c
unit_loader_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=dlopen,--wrap=dlsym,--wrap=dlerror
unit_loader_LDADD = $(TEST_LIBS)
