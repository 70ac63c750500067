/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * wire_load SOCKET [NAME=VALUE ...]
 *
 * Asks an authorizer at a Unix socket as nginx does, with the parameters of fastcgi_params and a
 * certificate, and prints one line of JSON: answers by status, a second, and percentiles of their
 * latency.
 *
 *   connections=N   at one time (1)
 *   keep=1          kept connections; else one for each request
 *   multiplex=N     requests at one time on a kept connection (1)
 *   seconds=N       (1)
 *   rate=N          open loop: N requests a second, at random moments, whether or not those before
 *                   them are answered; latencies count from the moment at which a request was due.
 *                   Else closed: the next one goes when one is answered.
 *   addresses=N     clients, at most 1,000,000: 11.100.100.100, 11.100.100.101, ... (1)
 *   first=N         the number of the first client (0)
 *   fresh=N         of 1,000 requests, how many come from clients that did not ask before (0)
 *   cert=FILE       PEM, sent as SSL_CLIENT_CERT with SSL_CLIENT_VERIFY SUCCESS
 *   fresh_certs=1   with another signature in each request
 *   uris=N          different request URIs (1)
 */

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "bench/records.h"

#define MULTIPLEXED 64
#define REQUEST_MAX 16384
#define ANSWER_MAX 16384
#define CERT_MAX 8192
#define EVENTS 256
#define SUBBUCKETS 64 /* of each power of two: a latency is known to 1.6 % */
#define BUCKETS (40 * SUBBUCKETS)

enum option {
	CONNECTIONS,
	KEEP,
	MULTIPLEX,
	DURATION,
	RATE,
	ADDRESSES,
	FIRST,
	FRESH,
	FRESH_CERTS,
	URIS,
	OPTIONS
};
static const char *const option_names[OPTIONS] = {"connections", "keep", "multiplex", "seconds",
	"rate", "addresses", "first", "fresh", "fresh_certs", "uris"};

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
	struct connection *all;
	int epoll;
	uint64_t random;
	uint64_t next_fresh;
	uint64_t next_due_ns;
	uint64_t in_flight;
	uint64_t statuses[3]; /* 200, 403, others */
	uint64_t lost;        /* closed without a whole answer */
	uint64_t histogram[BUCKETS];
	/* One request, and the places in it that differ from request to request. */
	uint8_t request[REQUEST_MAX];
	size_t request_len;
	uint8_t *address_at;
	uint8_t *uri_at;
	uint8_t *signature_at;
	size_t records[8]; /* where the records begin, for their ids */
	size_t record_count;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void die(const char *what)
{
	fprintf(stderr, "wire_load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint32_t draw(struct load *load)
{
	load->random = load->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(load->random >> 33);
}

static size_t put_length(uint8_t *out, size_t len)
{
	if (len < 128) {
		out[0] = (uint8_t)len;
		return 1;
	}
	out[0] = (uint8_t)(len >> 24 | 0x80);
	out[1] = (uint8_t)(len >> 16);
	out[2] = (uint8_t)(len >> 8);
	out[3] = (uint8_t)len;
	return 4;
}

static size_t put_pair(uint8_t *out, const char *name, const char *value, uint8_t **value_at)
{
	size_t name_len = strlen(name);
	size_t value_len = strlen(value);
	size_t size = put_length(out, name_len);

	size += put_length(out + size, value_len);
	memcpy(out + size, name, name_len);
	memcpy(out + size + name_len, value, value_len);
	if (value_at != NULL) {
		*value_at = out + size + name_len;
	}
	return size + name_len + value_len;
}

static void put_whole_record(struct load *load, unsigned type, const void *data, size_t len)
{
	load->records[load->record_count++] = load->request_len;
	load->request_len += put_record(load->request + load->request_len, type, 1, data, len);
}

/* The parameters of nginx's fastcgi_params, in its order, with the headers of a browser. */
static void make_request(struct load *load, const char *cert)
{
	static const char *const pairs[][2] = {
		{"QUERY_STRING", ""},
		{"REQUEST_METHOD", "GET"},
		{"CONTENT_TYPE", ""},
		{"CONTENT_LENGTH", ""},
		{"SCRIPT_NAME", "/_doorward"},
		{"REQUEST_URI", "/catalogue/item/10000000?page=2"},
		{"DOCUMENT_URI", "/_doorward"},
		{"DOCUMENT_ROOT", "/usr/share/nginx/html"},
		{"SERVER_PROTOCOL", "HTTP/1.1"},
		{"REQUEST_SCHEME", "https"},
		{"GATEWAY_INTERFACE", "CGI/1.1"},
		{"SERVER_SOFTWARE", "nginx/1.22.1"},
		{"REMOTE_ADDR", "11.100.100.100"},
		{"REMOTE_PORT", "40000"},
		{"SERVER_ADDR", "192.0.2.1"},
		{"SERVER_PORT", "443"},
		{"SERVER_NAME", "www.bench.example"},
		{"HTTP_HOST", "www.bench.example"},
		{"HTTP_USER_AGENT", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101"},
		{"HTTP_ACCEPT", "text/html,application/xhtml+xml,application/xml;q=0.9"},
		{"HTTP_ACCEPT_LANGUAGE", "en-GB,en;q=0.5"},
		{"HTTP_ACCEPT_ENCODING", "gzip, deflate, br"},
	};
	uint8_t begin[8] = {0, 1, load->options[KEEP] != 0};
	size_t head = 2 * RECORD_HEADER + sizeof(begin); /* before the pairs */
	uint8_t *pair = load->request + head;
	uint8_t body[REQUEST_MAX];
	size_t len;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		uint8_t *at;

		pair += put_pair(pair, pairs[i][0], pairs[i][1], &at);
		if (strcmp(pairs[i][0], "REMOTE_ADDR") == 0) {
			load->address_at = at;
		} else if (strcmp(pairs[i][0], "REQUEST_URI") == 0) {
			load->uri_at = at + strlen("/catalogue/item/");
		}
	}
	if (cert[0] != '\0') {
		pair += put_pair(pair, "SSL_CLIENT_VERIFY", "SUCCESS", NULL);
		pair += put_pair(pair, "SSL_CLIENT_CERT", cert, NULL);
		/* Inside the last line of Base64, well before its padding. */
		load->signature_at = pair - strlen("-----END CERTIFICATE-----\n") - 20;
	}
	len = (size_t)(pair - load->request) - head;
	memcpy(body, load->request + head, len);
	put_whole_record(load, FCGI_BEGIN, begin, sizeof(begin));
	put_whole_record(load, FCGI_PAIRS, body, len);
	put_whole_record(load, FCGI_PAIRS, NULL, 0);
	put_whole_record(load, FCGI_BODY, NULL, 0);
}

static void put_digits(uint8_t *at, uint64_t number, size_t digits)
{
	for (size_t i = digits; i > 0; i--) {
		at[i - 1] = (uint8_t)('0' + number % 10);
		number /= 10;
	}
}

/* Makes the request another client's. */
static void vary(struct load *load, unsigned id)
{
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef";
	const uint64_t *options = load->options;
	uint64_t client = options[FIRST] + draw(load) % options[ADDRESSES];

	if (options[FRESH] > 0 && draw(load) % 1000 < options[FRESH]) {
		client = options[FIRST] + options[ADDRESSES] + load->next_fresh++;
	}
	put_digits(load->address_at + 3, 100 + client / 10000 % 100, 3);
	put_digits(load->address_at + 7, 100 + client / 100 % 100, 3);
	put_digits(load->address_at + 11, 100 + client % 100, 3);
	put_digits(load->uri_at, 10000000 + draw(load) % options[URIS], 8);
	if (options[FRESH_CERTS] != 0) {
		for (size_t i = 0; i < 10; i++) {
			load->signature_at[i] = (uint8_t)base64[draw(load) % 32];
		}
	}
	for (size_t i = 0; i < load->record_count; i++) {
		load->request[load->records[i] + 3] = (uint8_t)id;
	}
}

/* False if nobody takes a connection now. */
static bool open_connection(struct load *load, struct connection *c)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

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
	if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
		die("epoll_ctl");
	}
	c->fd = fd;
	c->have = 0;
	return true;
}

static void close_connection(struct load *load, struct connection *c)
{
	close(c->fd);
	c->fd = -1;
	load->lost += c->busy;
	load->in_flight -= c->busy;
	c->busy = 0;
	memset(c->due_ns, 0, sizeof(c->due_ns));
}

static size_t slots(const struct load *load)
{
	return load->options[KEEP] != 0 ? load->options[MULTIPLEX] : 1;
}

static bool ask(struct load *load, struct connection *c, uint64_t due_ns)
{
	unsigned slot = 0;

	if (c->busy >= slots(load) || (c->fd < 0 && !open_connection(load, c))) {
		return false;
	}
	while (c->due_ns[slot] != 0) {
		slot++;
	}
	vary(load, slot + 1);
	if (send(c->fd, load->request, load->request_len, MSG_NOSIGNAL) !=
		(ssize_t)load->request_len) {
		if (errno != EAGAIN && errno != EPIPE && errno != ECONNRESET) {
			die("send");
		}
		close_connection(load, c);
		return false;
	}
	c->due_ns[slot] = due_ns;
	c->status[slot] = 0;
	c->busy++;
	load->in_flight++;
	return true;
}

static size_t bucket_of(uint64_t ns)
{
	unsigned shift = 0;

	while (ns >> shift >= 2 * SUBBUCKETS) {
		shift++;
	}
	size_t bucket = shift * SUBBUCKETS + (size_t)(ns >> shift);

	return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

static double bucket_us(size_t bucket)
{
	if (bucket < 2 * SUBBUCKETS) {
		return (double)bucket / 1000;
	}
	size_t shift = bucket / SUBBUCKETS - 1;

	return (double)((bucket - shift * SUBBUCKETS) << shift) / 1000;
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
		fprintf(stderr, "wire_load: an answer that nobody waits for\n");
		exit(1);
	}
	if (record[1] == FCGI_ANSWER && c->status[slot] == 0) {
		c->status[slot] = read_status(record + RECORD_HEADER, len);
	} else if (record[1] == FCGI_END) {
		unsigned status = c->status[slot];

		load->statuses[status == 200 ? 0 : status == 403 ? 1 : 2]++;
		load->histogram[bucket_of(now - c->due_ns[slot])]++;
		c->due_ns[slot] = 0;
		c->busy--;
		load->in_flight--;
	}
}

static void take(struct load *load, struct connection *c)
{
	ssize_t got = recv(c->fd, c->answer + c->have, ANSWER_MAX - c->have, 0);
	uint64_t now = now_ns();
	size_t at = 0;

	if (got <= 0) {
		close_connection(load, c);
		return;
	}
	c->have += (size_t)got;
	while (c->have - at >= RECORD_HEADER) {
		const uint8_t *r = c->answer + at;
		size_t len = (size_t)r[4] << 8 | r[5];
		size_t whole = RECORD_HEADER + len + r[6];

		if (c->have - at < whole) {
			break;
		}
		take_record(load, c, r, len, now);
		at += whole;
	}
	if (load->options[KEEP] == 0 && c->busy == 0) {
		close_connection(load, c);
		return;
	}
	memmove(c->answer, c->answer + at, c->have - at);
	c->have -= at;
}

static double uniform(struct load *load)
{
	return (draw(load) + 1.0) / 2147483649.0;
}

/* Sends what is due as long as there is room; the turn goes round the connections. */
static void ask_what_is_due(struct load *load, size_t *turn)
{
	uint64_t count = load->options[CONNECTIONS];
	uint64_t most = count * slots(load);
	uint64_t now = now_ns();
	size_t refused = 0;

	while (load->in_flight < most && refused < count) {
		uint64_t due = load->options[RATE] > 0 ? load->next_due_ns : now;

		if (due > now) {
			return;
		}
		if (!ask(load, &load->all[*turn], due)) {
			refused++;
		} else if (load->options[RATE] > 0) {
			load->next_due_ns +=
				(uint64_t)(-log(uniform(load)) * 1e9 / (double)load->options[RATE]);
		}
		*turn = (*turn + 1) % count;
	}
}

static void run(struct load *load, uint64_t end_ns)
{
	struct epoll_event events[EVENTS];
	size_t turn = 0;
	uint64_t now;

	load->next_due_ns = now_ns();
	while ((now = now_ns()) < end_ns) {
		ask_what_is_due(load, &turn);
		uint64_t wait_ns = end_ns - now;

		if (load->options[RATE] > 0) {
			wait_ns = load->next_due_ns > now ? load->next_due_ns - now : 0;
		}
		struct timespec timeout = {
			(time_t)(wait_ns / 1000000000u), (long)(wait_ns % 1000000000u)};
		int ready = epoll_pwait2(load->epoll, events, EVENTS, &timeout, NULL);

		for (int i = 0; i < ready; i++) {
			take(load, events[i].data.ptr);
		}
	}
}

static double percentile_us(const struct load *load, uint64_t total, double part)
{
	uint64_t rank = (uint64_t)(part * (double)total);
	uint64_t seen = 0;

	for (size_t i = 0; i < BUCKETS; i++) {
		seen += load->histogram[i];
		if (seen > rank) {
			return bucket_us(i);
		}
	}
	return 0;
}

static void print(const struct load *load, uint64_t took_ns)
{
	uint64_t total = load->statuses[0] + load->statuses[1] + load->statuses[2];

	printf("{\"seconds\": %.6f, \"answers\": %llu, \"allowed\": %llu, \"denied\": %llu, "
	       "\"other\": %llu, \"lost\": %llu, \"unanswered\": %llu, \"per_second\": %.1f, "
	       "\"p50_us\": %.1f, \"p90_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f}\n",
		(double)took_ns / 1e9, (unsigned long long)total,
		(unsigned long long)load->statuses[0], (unsigned long long)load->statuses[1],
		(unsigned long long)load->statuses[2], (unsigned long long)load->lost,
		(unsigned long long)load->in_flight, (double)total * 1e9 / (double)took_ns,
		percentile_us(load, total, 0.5), percentile_us(load, total, 0.9),
		percentile_us(load, total, 0.99), percentile_us(load, total, 0.999));
}

static void read_cert(const char *path, char cert[CERT_MAX])
{
	FILE *file = fopen(path, "r");

	if (file == NULL) {
		die(path);
	}
	cert[fread(cert, 1, CERT_MAX - 1, file)] = '\0';
	fclose(file);
}

static void usage(const char *what)
{
	fprintf(stderr, "wire_load: %s\nusage: wire_load SOCKET [NAME=VALUE ...]\n", what);
	exit(64);
}

static void read_option(struct load *load, const char *text, char cert[CERT_MAX])
{
	const char *value = strchr(text, '=');
	size_t len = value != NULL ? (size_t)(value - text) : strlen(text);
	char *end;

	if (len == 4 && memcmp(text, "cert", 4) == 0 && value != NULL) {
		read_cert(value + 1, cert);
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

int main(int argc, char **argv)
{
	static char cert[CERT_MAX];
	struct load *load = calloc(1, sizeof(*load));

	if (load == NULL || argc < 2) {
		usage("a socket is missing");
	}
	load->options[CONNECTIONS] = load->options[MULTIPLEX] = load->options[DURATION] = 1;
	load->options[ADDRESSES] = load->options[URIS] = 1;
	for (int i = 2; i < argc; i++) {
		read_option(load, argv[i], cert);
	}
	if (strlen(argv[1]) >= sizeof(load->address.sun_path) ||
		load->options[MULTIPLEX] > MULTIPLEXED || load->options[ADDRESSES] == 0 ||
		load->options[URIS] == 0 || (load->options[FRESH_CERTS] != 0 && cert[0] == '\0')) {
		usage("a value is out of range");
	}
	load->address.sun_family = AF_UNIX;
	memcpy(load->address.sun_path, argv[1], strlen(argv[1]));
	load->random = 1 + load->options[FIRST];
	load->epoll = epoll_create1(0);
	load->all = calloc(load->options[CONNECTIONS], sizeof(*load->all));
	if (load->epoll < 0 || load->all == NULL) {
		die("start");
	}
	for (size_t i = 0; i < load->options[CONNECTIONS]; i++) {
		load->all[i].fd = -1;
	}
	make_request(load, cert);
	uint64_t start_ns = now_ns();

	run(load, start_ns + load->options[DURATION] * 1000000000u);
	print(load, now_ns() - start_ns);
	return 0;
}
