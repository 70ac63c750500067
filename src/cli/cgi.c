/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/cgi.h"

#include "authz/authz.h"
#include "authz/decision_log.h"
#include "authz/response.h"
#include "authz/sync.h"
#include "base/clock.h"
#include "base/exit_code.h"
#include "log/log.h"

#define NO_FCGI_DEFINES

#include <fcgi_stdio.h>
#include <fcgiapp.h>
#include <stdlib.h>
#include <string.h>

bool cli_cgi_wanted(void)
{
	return getenv("GATEWAY_INTERFACE") != NULL && FCGX_IsCGI();
}

/* Also into `fields`, which a signature may cover. */
static void add_environment(struct authz_input *input, struct authz_fields *fields,
	const struct cert_sources *sources, char *const *environment)
{
	fields->count = 0;
	fields->overflow = false;
	input->fields = fields;
	for (; *environment != NULL; environment++) {
		struct str pair = str_view(*environment);
		size_t equals = str_find(pair, '=');

		if (equals < pair.len) {
			struct str name = {pair.data, equals};

			authz_input_add(input, sources, name, str_from(pair, equals + 1));
			authz_fields_add_param(fields, name, str_from(pair, equals + 1));
		}
	}
}

/* Writes the response to a decision, and its line into the log. */
static bool respond(
	const struct authz_decision *decision, const struct config *config, uint64_t started_us)
{
	struct authz_request_ids ids;

	authz_request_ids_init(&ids);
	const struct authz_request_id *id = authz_request_ids_next(&ids);
	struct authz_decision_log_request logged = {.input = &decision->request->input,
		.id = id,
		.wall_s = decision->request->wall_s,
		.max_age_s = decision->max_age_s};
	struct authz_decision_log_space space;
	struct bytes room;
	struct bytes out;

	bytes_init(&room, 0);
	bytes_init(&out, 0);
	authz_decision_log_space_init(&space);
	struct authz_response response =
		authz_response_make(decision, AUTHZ_RESPONSE_RESPONDER, config, &room);

	authz_response_append(&response, AUTHZ_RESPONSE_RESPONDER, decision->max_age_s, id, &out);
	logged.duration_us = clock_us() - started_us;
	logged.fields_cut = response.log_fields_cut;
	authz_decision_log_line(
		&config->log, response.verdict, response.log_fields, &logged, &space);
	bool written = !out.failed && FCGI_fwrite(out.data, out.len, 1, FCGI_stdout) == 1;

	authz_decision_log_space_clear(&space);
	bytes_clear(&out);
	bytes_clear(&room);
	return written;
}

/* False if no decision could be made; the web server then sees a failed program. */
static bool answer(struct authz_snapshot *snapshot)
{
	const struct config *config = snapshot->config;
	uint64_t started_us = clock_us();
	struct authz_fields fields;
	struct authz *a = authz_new();

	if (a == NULL) {
		return false;
	}
	authz_request(a)->wall_s = clock_wall_s();
	add_environment(&authz_request(a)->input, &fields, &config->frontend.cert, environ);
	bool written =
		authz_decide_sync(a, snapshot) && respond(authz_decision(a), config, started_us);

	authz_free(a);
	return written;
}

static struct authz_snapshot *load(const char *config_path)
{
	struct diag diag;
	struct authz_snapshot *snapshot;

	diag_init(&diag);
	snapshot = authz_snapshot_load(config_path, NULL, &diag);
	if (snapshot != NULL && !authz_snapshot_read_bans(snapshot, &diag)) {
		authz_snapshot_unref(snapshot);
		snapshot = NULL;
	}
	log_diag(&diag);
	diag_clear(&diag);
	if (snapshot != NULL && log_open(&snapshot->config->log.sink) != 0) {
		log_write(LOG_LEVEL_WARNING, "the log %s cannot be opened; stderr is used",
			snapshot->config->log.sink.path);
	}
	return snapshot;
}

static bool query_may_be_arguments(void)
{
	const char *query = getenv("QUERY_STRING");

	return query != NULL && query[0] != '\0' && strchr(query, '=') == NULL;
}

/*
 * libfcgi's CGI mode is FCGI_Accept's, and leaves the request in environ and in the standard
 * streams; FCGX_Accept_r knows FastCGI only.
 */
int cli_cgi_run(const char *config_path, bool arguments)
{
	static const char denial[] =
		"Status: 403 Forbidden\r\nContent-Type: text/plain\r\n\r\n403 Forbidden\n";
	const char *chosen = getenv("DOORWARD_CONFIG");
	struct authz_snapshot *snapshot = NULL;
	bool written;

	if (FCGI_Accept() != 0) {
		log_write(LOG_LEVEL_ERROR, "the CGI request cannot be read");
		return EXIT_CODE_ERROR;
	}
	if (chosen == NULL && arguments && query_may_be_arguments()) {
		log_write(LOG_LEVEL_ERROR,
			"the query may have become arguments; "
			"name the configuration in the environment's DOORWARD_CONFIG");
	} else {
		snapshot = load(chosen != NULL ? chosen : config_path);
	}
	if (snapshot != NULL) {
		written = answer(snapshot);
		authz_snapshot_unref(snapshot);
	} else {
		written =
			FCGI_fwrite((void *)(uintptr_t)denial, strlen(denial), 1, FCGI_stdout) == 1;
	}
	written = FCGI_fflush(FCGI_stdout) == 0 && written;
	log_close();
	return written ? EXIT_CODE_OK : EXIT_CODE_ERROR;
}
