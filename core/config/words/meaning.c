/* SPDX-License-Identifier: MIT */
/* Words that people, manuals and other products use for what has another name here. */

#include "core/config/words/meaning.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { WORD_MAX = 64 };

/* A name here, and the words for it, each between blanks. */
static const struct {
	const char *name, *words;
} meanings[] = {
	/* sections */
	{"server", " global globals general settings system daemon core config configuration main "},
	{"users", " accounts account logins login auth authentication authorization credentials passwords "},
	{"defaults", " default common shared template templates base global globals pathdefaults "},
	{"cameras", " camera cam cams devices device streams stream paths monitors monitor channels inputs "},
	{"sinks", " sink outputs output viewers views web webserver http api webcontrol webui "},
	{"listeners", " listener hooks hook webhooks webhook notifications notify events alerts "},
	/* stages */
	{"source", " input src camera stream rtsp rtsp_in ffmpeg onvif sources inputs url "},
	{"buffer", " ring shm shared_memory buffers shm_ring mem_ring ringbuffer "},
	{"recorder", " record records recording recordings nvr dvr storage archive save recorder_mp4 mp4 "},
	{"detector", " detect detection motion detectors motion_detection "},
	{"web", " view viewer ws_view http browser live ws websocket websockets html mjpeg "},
	/* plugins */
	{"rtsp_in",
		" rtsp ip ipcam ip_camera onvif camera stream ffmpeg rtp rtsps generic live555 gstreamer "},
	{"test_in", " test demo testsrc videotestsrc fake dummy pattern bars synthetic "},
	{"shm_ring", " shm shared_memory sharedmemory ring ringbuffer ring_buffer buffer "},
	{"mem_ring", " mem memory ram history prebuffer pre_buffer "},
	{"recorder_mp4", " mp4 record recorder recording file files disk fmp4 mkv video nvr segment "},
	{"ws_view", " ws web view viewer websocket websockets http html browser webserver mjpeg live "},
	/* keys */
	{"plugin", " type kind driver module platform class uses backend "},
	{"url", " uri address addr rtsp rtsp_url rtsp_uri stream_url stream_source host path input stream "
		"link "
		"source src netcam_url "},
	{"user", " username login usr user_name rtsp_user "},
	{"password", " pass passwd pwd pw passphrase rtsp_password "},
	{"transport", " protocol rtsp_transport tcp udp proto rtsptransport "},
	{"fps", " framerate frame_rate rate max_fps frames "},
	{"listen", " bind port address addr host http_port listen_address listen_port webcontrol_port "
		   "stream_port "},
	{"directory",
		" dir folder path output output_dir storage target target_dir location file recordpath "},
	{"segment", " segment_time segment_length segment_duration duration split file_length max_movie_time "
		    "recordsegmentduration "},
	{"min_free", " keep retain retention min_space reserve free free_space quota "},
	{"seconds", " length duration time depth pre_capture pre_motion "},
	{"audio", " sound mic microphone "},
	{"open_timeout", " timeout connect_timeout connection_timeout read_timeout "},
	{"quality", " jpeg_quality image_quality stream_quality "},
	{"log_level", " log loglevel level verbosity verbose debug logging "},
	{"cpu_threads", " threads workers cpus cpu jobs "},
	{"debug", " verbose trace all fine finest "},
	{"warn", " warning warnings "},
	{"error", " err errors fatal critical quiet "},
	{"anonymous", " guest guests public anonymous_access "},
	{"hash", " password passwd pass pwd password_hash passwordhash hashed_password crypt "},
	{"hash_file", " password_file passwd_file "},
	{"role", " right rights permission permissions roles level group access "},
	{"timezone", " tz time_zone zone local_timezone "},
};

bool meaning_in(const char *words, const char *word)
{
	size_t n = strlen(word);

	if (!n || n > WORD_MAX || strchr(word, ' '))
		return false;
	for (const char *at = words; (at = strcasestr(at, word)); at++)
		if (at > words && at[-1] == ' ' && at[n] == ' ')
			return true;
	return false;
}

bool meaning_is(const char *word, const char *name)
{
	char want[WORD_MAX + 1];

	snprintf(want, sizeof(want), "%s", strlen(word) <= WORD_MAX ? word : "");
	for (char *c = want; *c; c++)
		*c = *c == '-' ? '_' : *c;
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (!strcmp(meanings[i].name, name))
			return meaning_in(meanings[i].words, want);
	return false;
}

/* @return whether a name is cut here by nothing, or by what stands between words */
static bool is_edge(char c)
{
	return !c || c == '_' || c == '-' || c == '.' || c == ' ';
}

/* @return whether part stands in whole as a word of its own, or begins it */
static bool is_part(const char *part, const char *whole)
{
	size_t n = strlen(part);
	const char *at = whole;

	if (n < 2)
		return false;
	if (n > 2 && !strncasecmp(whole, part, n))
		return true;
	for (; (at = strcasestr(at, part)); at++)
		if ((at == whole || is_edge(at[-1])) && is_edge(at[n]))
			return true;
	return false;
}

bool meaning_shares(const char *word, const char *name)
{
	return is_part(word, name) || (strlen(name) > 2 && is_part(name, word));
}
