/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * pool SOCKET THREADS
 *
 * An authorizer on libfcgi's own server, as a baseline: threads in FCGX_Accept_r that read only one
 * parameter, and respond to each request with the headers that doorward sends.
 */

#include "bench/records.h"

#include <fcgiapp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static void *daemon_run(void *ctx)
{
	const int *listener = ctx;
	FCGX_Request request;

	FCGX_InitRequest(&request, *listener, 0);
	while (FCGX_Accept_r(&request) == 0) {
		bool asked = FCGX_GetParam("REMOTE_ADDR", request.envp) != NULL;

		FCGX_PutS(asked ? "Status: 200 OK\r\n" ANSWER_HEADERS "\r\n"
				: "Status: 403 Forbidden\r\n\r\n",
			request.out);
		FCGX_Finish_r(&request);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	int listener;

	if (argc != 3 || FCGX_Init() != 0) {
		fputs("usage: pool SOCKET THREADS\n", stderr);
		return 64;
	}
	listener = FCGX_OpenSocket(argv[1], 4096);
	if (listener < 0) {
		perror(argv[1]);
		return 1;
	}
	for (long i = strtol(argv[2], NULL, 10); i > 1; i--) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, daemon_run, &listener) != 0) {
			perror("pthread_create");
			return 1;
		}
	}
	daemon_run(&listener);
	return 0;
}
