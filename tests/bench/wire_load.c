/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * wire_load SOCKET [NAME=VALUE ...]
 *
 * Asks an authorizer at a Unix socket as nginx does, with the parameters of fastcgi_params and a
 * certificate, and prints one line of JSON: responses by status and a second, percentiles of their
 * latency, and how busy this program itself was: if that is near 100 % in a closed loop, the
 * authorizer could do more.
 *
 *   connections=N   at one time (1)
 *   keep=1          kept connections; else one for each request
 *   multiplex=N     requests at one time on a kept connection (1)
 *   ms=N            how long (1000)
 *   requests=N      or until so many are answered
 *   rate=N          open loop: N requests a second, at random moments, also if earlier ones are not
 *                   answered yet; latencies count from the moment at which a request was due; a
 *                   request without a response at the end counts with the time that it has waited.
 *                   Else closed loop: the next request goes when one is answered.
 *   pulse=N         open loop: N requests at each of these moments, which are rarer (1)
 *   addresses=N     clients, at most 1,000,000: 11.100.100.100, 11.100.100.101, ... (1)
 *   first=N         the number of the first client (0)
 *   in_turn=1       one client after the other; else at random
 *   fresh=N         of 1,000 requests, how many come from clients that did not ask before (0)
 *   fresh_first=N   how many of these clients have come already (0)
 *   cert=FILE       PEM, sent as SSL_CLIENT_CERT with SSL_CLIENT_VERIFY SUCCESS
 *   certs=N         different signatures below it (1)
 *   fresh_certs=1   with another signature in each request
 *   uris=N          different request URIs (1)
 *   params=FILE     further parameters, one NAME=VALUE a line; after an empty line those of another
 *                   request, which are sent in turn
 */

#include "bench/histogram.h"
#include "bench/load.h"
#include "bench/request.h"

#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MULTIPLEXED 64
#define ANSWER_MAX 16384
#define PAIRS_MAX 64
#define EVENTS 256
#define REFUSALS_MAX 4    /* in a row, before responses are read first */
#define SPIN_NS 100000u   /* how late a timer may be */
#define RETRY_NS 1000000u /* after a refusal */
#define HANGING_S 10      /* after its time, until it gives up */

enum option {
	CONNECTIONS,
	KEEP,
	MULTIPLEX,
	DURATION,
	REQUESTS,
	RATE,
	PULSE,
	ADDRESSES,
	FIRST,
	IN_TURN,
	FRESH,
	FRESH_FIRST,
	CERTS,
	FRESH_CERTS,
	URIS,
	OPTIONS
};
static const char *const option_names[OPTIONS] = {"connections", "keep", "multiplex", "ms",
	"requests", "rate", "pulse", "addresses", "first", "in_turn", "fresh", "fresh_first",
	"certs", "fresh_certs", "uris"};

struct connection {
	int fd; /* -1: closed */
	unsigned busy;
	uint64_t due_ns[MULTIPLEXED]; /* 0: the slot is free */
	unsigned status[MULTIPLEXED];
	size_t have;
	uint8_t answer[ANSWER_MAX];
};

struct load {
	uint64_t options[OPTIONS];
	struct sockaddr_un address;
	const char *cert;
	char *params;
	struct connection *all;
	struct connection **with_room; /* a ring, so that the turn goes round */
	size_t room_first;
	size_t room_count;
	int epoll;
	bool in_order; /* see take_in_order */
	uint64_t oldest;
	uint64_t random;
	uint64_t next_client;
	uint64_t next_fresh;
	uint64_t next_cert;
	uint64_t next_due_ns;
	uint64_t pulse_left;
	uint64_t in_flight;
	uint64_t answers;
	uint64_t statuses[3]; /* 200, 403, others */
	uint64_t lost;        /* closed without a whole answer */
	bool refused;         /* in this turn */
	struct histogram latencies;
	struct request *requests;
	size_t request_count;
	size_t next_request;
};

/* The next request, with its client. */
static const struct request *next_request(struct load *load, unsigned id)
{
	const uint64_t *options = load->options;
	struct request *r = &load->requests[load->next_request++ % load->request_count];
	uint64_t client = options[IN_TURN] != 0 ? load->next_client++ : draw(&load->random);

	client = options[FIRST] + client % options[ADDRESSES];
	if (options[FRESH] > 0 && draw(&load->random) % 1000 < options[FRESH]) {
		client = options[FIRST] + options[ADDRESSES] + load->next_fresh++;
	}
	request_set_client(r, client);
	request_set_uri(r, draw(&load->random) % options[URIS]);
	if (options[FRESH_CERTS] != 0) {
		request_set_signature(r, load->next_cert++);
	} else if (options[CERTS] > 1) {
		request_set_signature(r, draw(&load->random) % options[CERTS]);
	}
	request_set_id(r, id);
	return r;
}

static void push_room(struct load *load, struct connection *c)
{
	uint64_t count = load->options[CONNECTIONS];

	load->with_room[(load->room_first + load->room_count++) % count] = c;
}

static struct connection *pop_room(struct load *load)
{
	struct connection *c = load->with_room[load->room_first];

	load->room_first = (load->room_first + 1) % load->options[CONNECTIONS];
	load->room_count--;
	return c;
}

static unsigned slots(const struct load *load)
{
	return load->options[KEEP] != 0 ? (unsigned)load->options[MULTIPLEX] : 1;
}

/* False if the server accepts no connection now. */
static bool open_connection(struct load *load, struct connection *c)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
	int fd = socket(AF_UNIX, SOCK_STREAM | (load->in_order ? 0 : SOCK_NONBLOCK), 0);

	if (fd < 0) {
		die("socket");
	}
	if (connect(fd, (struct sockaddr *)&load->address, sizeof(load->address)) != 0) {
		if (errno != EAGAIN) {
			die(load->address.sun_path);
		}
		close(fd);
		return false;
	}
	if (!load->in_order && epoll_ctl(load->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
		die("epoll_ctl");
	}
	c->fd = fd;
	c->have = 0;
	return true;
}

static void close_connection(struct load *load, struct connection *c)
{
	bool had_room = c->busy < slots(load);

	close(c->fd);
	c->fd = -1;
	load->lost += c->busy;
	load->in_flight -= c->busy;
	c->busy = 0;
	for (unsigned slot = 0; slot < slots(load); slot++) {
		c->due_ns[slot] = 0;
	}
	if (!had_room) {
		push_room(load, c);
	}
}

/* The connection has room, but is not in the ring of connections with room. */
static bool ask(struct load *load, struct connection *c, uint64_t due_ns)
{
	const struct request *r;
	unsigned slot = 0;

	if (c->fd < 0 && !open_connection(load, c)) {
		push_room(load, c);
		return false;
	}
	while (c->due_ns[slot] != 0) {
		slot++;
	}
	r = next_request(load, slot + 1);
	if (send(c->fd, r->bytes, r->len, MSG_NOSIGNAL) != (ssize_t)r->len) {
		if (errno != EAGAIN && errno != EPIPE && errno != ECONNRESET) {
			die("send");
		}
		close_connection(load, c);
		push_room(load, c);
		return false;
	}
	c->due_ns[slot] = due_ns;
	c->status[slot] = 0;
	load->in_flight++;
	if (++c->busy < slots(load)) {
		push_room(load, c);
	}
	return true;
}

static unsigned read_status(const uint8_t *data, size_t len)
{
	static const char header[] = "Status: ";
	size_t at = sizeof(header) - 1;

	if (len < at + 3 || memcmp(data, header, at) != 0) {
		return 0;
	}
	return (unsigned)(data[at] - '0') * 100 + (unsigned)(data[at + 1] - '0') * 10 +
	       (unsigned)(data[at + 2] - '0');
}

static void take_record(
	struct load *load, struct connection *c, const uint8_t *record, size_t len, uint64_t now)
{
	unsigned slot = record[3] - 1u;

	if (slot >= MULTIPLEXED || c->due_ns[slot] == 0) {
		errno = EPROTO;
		die("a response to no request");
	}
	if (record[1] == FCGI_ANSWER && c->status[slot] == 0) {
		c->status[slot] = read_status(record + RECORD_HEADER, len);
	} else if (record[1] == FCGI_END) {
		unsigned status = c->status[slot];

		load->statuses[status == 200 ? 0 : status == 403 ? 1 : 2]++;
		load->answers++;
		histogram_add(&load->latencies, now - c->due_ns[slot]);
		c->due_ns[slot] = 0;
		load->in_flight--;
		if (c->busy-- == slots(load)) {
			push_room(load, c);
		}
	}
}

/* False if nothing was there. */
static bool take(struct load *load, struct connection *c, int flags)
{
	ssize_t got = recv(c->fd, c->answer + c->have, ANSWER_MAX - c->have, flags);
	uint64_t now = now_ns();
	const uint8_t *record;
	size_t at = 0;
	size_t len;

	if (got < 0 && errno == EAGAIN) {
		return false;
	}
	if (got <= 0) {
		close_connection(load, c);
		return true;
	}
	c->have += (size_t)got;
	while ((record = next_record(c->answer, c->have, &at, &len)) != NULL) {
		take_record(load, c, record, len, now);
	}
	if (load->options[KEEP] == 0 && c->busy == 0) {
		close_connection(load, c);
		return true;
	}
	memmove(c->answer, c->answer + at, c->have - at);
	c->have -= at;
	return true;
}

static void next_due(struct load *load)
{
	const uint64_t *options = load->options;

	if (load->pulse_left-- == 0) {
		load->next_due_ns += options[PULSE] * draw_wait_ns(&load->random, options[RATE]);
		load->pulse_left = options[PULSE] - 1;
	}
}

/* Sends what is due as long as there is room. */
static void ask_what_is_due(struct load *load)
{
	uint64_t now = now_ns();
	unsigned refusals = 0;

	while (load->room_count > 0 && refusals < REFUSALS_MAX &&
		load->answers + load->in_flight < load->options[REQUESTS]) {
		uint64_t due = load->options[RATE] > 0 ? load->next_due_ns : now;

		if (due > now) {
			break;
		}
		if (!ask(load, pop_room(load), due)) {
			refusals++;
		} else if (load->options[RATE] > 0) {
			next_due(load);
		}
	}
	load->refused = refusals > 0;
}

/*
 * In an open loop a timer would be late by more than a response takes: the rest of the time is a
 * busy loop.
 */
static uint64_t wait_ns(const struct load *load, uint64_t now, uint64_t end_ns)
{
	if (load->refused) {
		return RETRY_NS;
	}
	if (load->options[RATE] == 0 || load->room_count == 0) {
		return end_ns - now;
	}
	return load->next_due_ns > now + SPIN_NS ? load->next_due_ns - now - SPIN_NS : 0;
}

static void take_what_is_ready(struct load *load, uint64_t wait)
{
	struct epoll_event events[EVENTS];
	struct timespec timeout = {(time_t)(wait / 1000000000u), (long)(wait % 1000000000u)};
	int ready = epoll_pwait2(load->epoll, events, EVENTS, &timeout, NULL);

	for (int i = 0; i < ready; i++) {
		take(load, events[i].data.ptr, 0);
	}
}

/*
 * A closed loop with a connection for each request: waits for the oldest response, and reads the
 * responses of later connections that have come. Adding each connection to an epoll set would be a
 * fifth of this program's work, and the program itself would limit the result, not the authorizer.
 */
static void take_in_order(struct load *load)
{
	int flags = 0;

	while (load->in_flight > 0) {
		struct connection *c = &load->all[load->oldest % load->options[CONNECTIONS]];

		if (c->busy > 0 && !take(load, c, flags)) {
			return;
		}
		if (c->busy == 0) {
			load->oldest++;
			flags = MSG_DONTWAIT;
		}
	}
}

static void run(struct load *load, uint64_t end_ns)
{
	uint64_t now;

	load->next_due_ns = now_ns();
	while ((now = now_ns()) < end_ns && load->answers < load->options[REQUESTS]) {
		ask_what_is_due(load);
		if (load->in_order) {
			take_in_order(load);
		} else {
			take_what_is_ready(load, wait_ns(load, now, end_ns));
		}
	}
}

/* An open loop must not leave out the requests that took longest. */
static void count_the_late(struct load *load)
{
	uint64_t now = now_ns();

	for (size_t i = 0; i < load->options[CONNECTIONS]; i++) {
		for (unsigned slot = 0; slot < slots(load); slot++) {
			if (load->all[i].due_ns[slot] != 0) {
				histogram_add(&load->latencies, now - load->all[i].due_ns[slot]);
			}
		}
	}
	while (load->next_due_ns < now) {
		histogram_add(&load->latencies, now - load->next_due_ns);
		next_due(load);
	}
}

static double cpu_seconds(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void print(const struct load *load, double took, double cpu)
{
	const struct histogram *h = &load->latencies;

	printf("{\"seconds\": %.6f, \"answers\": %llu, \"allowed\": %llu, \"denied\": %llu, "
	       "\"other\": %llu, \"lost\": %llu, \"unanswered\": %llu, \"per_second\": %.1f, "
	       "\"busy_percent\": %.1f, \"p50_us\": %.1f, \"p90_us\": %.1f, \"p99_us\": %.1f, "
	       "\"p999_us\": %.1f}\n",
		took, (unsigned long long)load->answers, (unsigned long long)load->statuses[0],
		(unsigned long long)load->statuses[1], (unsigned long long)load->statuses[2],
		(unsigned long long)load->lost, (unsigned long long)load->in_flight,
		(double)load->answers / took, 100 * cpu / took, histogram_percentile_us(h, 0.5),
		histogram_percentile_us(h, 0.9), histogram_percentile_us(h, 0.99),
		histogram_percentile_us(h, 0.999));
}

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (file == NULL || getdelim(&text, &size, '\0', file) < 0) {
		die(path);
	}
	fclose(file);
	return text;
}

static void usage(const char *what)
{
	fprintf(stderr, "wire_load: %s\nusage: wire_load SOCKET [NAME=VALUE ...]\n", what);
	exit(64);
}

static void read_option(struct load *load, const char *text)
{
	const char *value = strchr(text, '=');
	size_t len = value != NULL ? (size_t)(value - text) : strlen(text);
	char *end;

	if (strncmp(text, "cert=", 5) == 0) {
		load->cert = read_file(value + 1);
		return;
	}
	if (strncmp(text, "params=", 7) == 0) {
		load->params = read_file(value + 1);
		return;
	}
	for (size_t i = 0; i < OPTIONS && value != NULL; i++) {
		if (strlen(option_names[i]) == len && memcmp(option_names[i], text, len) == 0) {
			load->options[i] = strtoull(value + 1, &end, 10);
			if (*end == '\0') {
				return;
			}
		}
	}
	usage(text);
}

static void read_options(struct load *load, int argc, char **argv)
{
	static char no_params[] = "";
	uint64_t *options = load->options;

	if (argc < 2 || strlen(argv[1]) >= sizeof(load->address.sun_path)) {
		usage("a socket is missing");
	}
	load->address.sun_family = AF_UNIX;
	memcpy(load->address.sun_path, argv[1], strlen(argv[1]));
	options[CONNECTIONS] = options[MULTIPLEX] = options[PULSE] = 1;
	options[ADDRESSES] = options[URIS] = 1;
	options[DURATION] = 1000;
	options[REQUESTS] = UINT64_MAX;
	load->cert = "";
	load->params = no_params;
	for (int i = 2; i < argc; i++) {
		read_option(load, argv[i]);
	}
	if (options[MULTIPLEX] - 1 >= MULTIPLEXED || options[ADDRESSES] == 0 ||
		options[CONNECTIONS] == 0 || options[PULSE] == 0 || options[URIS] == 0 ||
		((options[CERTS] > 1 || options[FRESH_CERTS] != 0) && load->cert[0] == '\0')) {
		usage("a value is out of range");
	}
}

/* Takes the pairs of the next request off *lines. */
static void take_pairs(char **lines, struct request_pair pairs[PAIRS_MAX + 1])
{
	size_t count = 0;
	char *line;

	while ((line = strsep(lines, "\n")) != NULL && *line != '\0') {
		char *value = strchr(line, '=');

		if (value == NULL || count == PAIRS_MAX) {
			usage(line);
		}
		*value = '\0';
		pairs[count++] = (struct request_pair){line, value + 1};
	}
	pairs[count] = (struct request_pair){NULL, NULL};
}

static void make_requests(struct load *load)
{
	struct request_pair pairs[PAIRS_MAX + 1];
	char *lines = load->params;

	load->request_count = 1;
	for (const char *at = lines; (at = strstr(at, "\n\n")) != NULL; at += 2) {
		load->request_count++;
	}
	load->requests = calloc(load->request_count, sizeof(*load->requests));
	if (load->requests == NULL) {
		die("start");
	}
	for (size_t i = 0; i < load->request_count; i++) {
		take_pairs(&lines, pairs);
		request_make(&load->requests[i], load->options[KEEP] != 0, load->cert, pairs);
	}
}

int main(int argc, char **argv)
{
	static struct load load;

	read_options(&load, argc, argv);
	uint64_t count = load.options[CONNECTIONS];

	load.random = 1 + load.options[FIRST];
	load.next_fresh = load.options[FRESH_FIRST];
	/* Certificates of one run differ from those of any other run. */
	load.next_cert = now_ns();
	load.in_order = load.options[KEEP] == 0 && load.options[RATE] == 0;
	load.epoll = epoll_create1(0);
	load.all = calloc(count, sizeof(*load.all));
	load.with_room = calloc(count, sizeof(struct connection *));
	if (load.epoll < 0 || load.all == NULL || load.with_room == NULL ||
		prctl(PR_SET_TIMERSLACK, 1ul) != 0) {
		die("start");
	}
	make_requests(&load);
	for (size_t i = 0; i < count; i++) {
		load.all[i].fd = -1;
		push_room(&load, &load.all[i]);
		while (load.options[KEEP] != 0 && !open_connection(&load, &load.all[i])) {
			usleep(100);
		}
	}
	/*
	 * If the authorizer never responds, this program ends, so that its caller need not wait for
	 * ever.
	 */
	alarm((unsigned)(load.options[DURATION] / 1000) + HANGING_S);
	double cpu = cpu_seconds();
	uint64_t start_ns = now_ns();

	run(&load, start_ns + load.options[DURATION] * 1000000u);
	double took = (double)(now_ns() - start_ns) / 1e9;

	cpu = cpu_seconds() - cpu;
	if (load.options[RATE] > 0) {
		count_the_late(&load);
	}
	print(&load, took, cpu);
	return 0;
}
