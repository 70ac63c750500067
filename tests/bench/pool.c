/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * pool SOCKET THREADS
 *
 * The baseline that an authorizer on libfcgi's own server would be: threads in FCGX_Accept_r that
 * look at nothing but one parameter, and let everyone in.
 */

#include <fcgiapp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static void *serve(void *ctx)
{
	const int *listener = ctx;
	FCGX_Request request;

	FCGX_InitRequest(&request, *listener, 0);
	while (FCGX_Accept_r(&request) == 0) {
		const char *ip = FCGX_GetParam("REMOTE_ADDR", request.envp);

		FCGX_FPrintF(request.out,
			"Status: 200 OK\r\n"
			"X-Client-Hostname: c0.bench.example\r\n"
			"X-Client-Rdns: verified\r\n"
			"X-Doorward-Policy: default\r\n"
			"X-Doorward-Reason: rule\r\n"
			"X-Client-Address: %s\r\n"
			"Cache-Control: max-age=300\r\n"
			"X-Accel-Expires: 300\r\n\r\n",
			ip != NULL ? ip : "");
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

		if (pthread_create(&thread, NULL, serve, &listener) != 0) {
			perror("pthread_create");
			return 1;
		}
	}
	serve(&listener);
	return 0;
}
