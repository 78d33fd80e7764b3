/* SPDX-License-Identifier: MIT */
/*
 * Who asks: the Authorization header. Passwords are not checked, as if too many were at once. Input: the header's value,
 * then further headers, a line each, and the peer.
 */
#include "core/api/login.h"
#include "core/config/load.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/config_fakes.h"

static struct fuzz_login {
	struct users users;
	struct log *log;
	struct login login;
	bool is_open;
} all;

static const char file[] = "cameras: {front: {source: {plugin: test_in}}}\n"
			   "users: {anna: {role: control, hash: "
			   "'$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7'}}\n";

static void open_all(void)
{
	struct config_input in = {.text = file, .text_name = "t.yaml", .plugins = fake_plugins};
	struct text errors = {0};
	struct config *c;

	HOLDS(!config_load(&in, &c, &errors));
	users_init(&all.users);
	HOLDS(!users_set(&all.users, c) && !login_init(&all.login, &all.users, NULL, NULL));
	config_free(c);
	all.is_open = true;
}

static void done(void *arg, const struct cam_who *who, struct cam_reply *reply)
{
	int *status = arg;

	HOLDS(!*status && !who == !!reply);
	*status = reply ? reply->status : 200;
	who_unref(who);
	if (reply && reply->release)
		reply->release(reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz f = {data, len};
	char *line[4];
	int status = 0;

	if (!all.is_open)
		open_all();
	for (int i = 0; i < 4; i++)
		line[i] = fuzz_line(&f);
	struct cam_header headers[] = {
		{"authorization", line[0]}, {line[1][0] ? line[1] : NULL, line[2]}, {NULL, NULL}};
	struct cam_request request = {.size = sizeof(request),
		.method = "GET",
		.path = "/",
		.query = "",
		.headers = headers,
		.peer = line[3]};

	all.login.strand = (struct strand *)(void *)&all; /* never used: */
	all.login.waiting = LOGIN_WAITING;
	login_identify(&all.login, NULL, &request, done, &status);
	HOLDS(status == 401 || status == 403 || status == 503);
	for (int i = 0; i < 4; i++)
		free(line[i]);
	return 0;
}
