/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * door_load SOCKET MODE FIRST COUNT IN_FLIGHT SECONDS
 *
 * Asks a doorward over kept FastCGI connections, each with up to 64 requests multiplexed, about the
 * clients FIRST … FIRST + COUNT - 1 (11.0.0.1 and so on, neighbours in different /24s) and prints
 * one line of JSON.
 *
 * once:  every client one time, IN_FLIGHT at a time; ends with the last answer.
 * flood: the same, but the first IN_FLIGHT spread over a lookup's life, so that they do not end all
 *        at once; goes on for SECONDS, and every client is a new one.
 * again: the clients over and over at random, for SECONDS.
 */

#include <errno.h>
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

#define MULTIPLEXED 64
#define RECORD_HEADER 8
#define BEGIN_REQUEST 1
#define END_REQUEST 3
#define PARAMS 4
#define STDIN 5
#define STDOUT 6
#define BUFFER 262144
#define NETWORKS 400u    /* /24s that neighbours are spread over */
#define LIFE_US 2500000u /* of a lookup that nobody answers */
#define LATENCIES_MAX 4000000u

enum word { VERIFIED, MISMATCH, NONE, ERROR, OTHER, WORDS };
static const char *const words[WORDS] = {"verified", "mismatch", "none", "error", "other"};

struct connection {
	int fd;
	unsigned busy;
	bool in_use[MULTIPLEXED];
	uint64_t sent_ns[MULTIPLEXED];
	enum word word[MULTIPLEXED];
	size_t have;
	uint8_t buffer[BUFFER];
};

struct load {
	uint32_t first;
	uint32_t count;
	uint32_t next;
	bool at_random;
	uint64_t random;
	uint64_t done[WORDS];
	uint64_t in_flight;
	uint64_t least_in_flight; /* since the flood stands */
	uint32_t latencies;
	uint32_t *latency_ns;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void die(const char *what)
{
	fprintf(stderr, "door_load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static size_t put_record(uint8_t *out, unsigned type, unsigned id, const void *data, size_t len)
{
	const uint8_t header[RECORD_HEADER] = {
		1, (uint8_t)type, 0, (uint8_t)id, (uint8_t)(len >> 8), (uint8_t)len, 0, 0};

	memcpy(out, header, sizeof(header));
	if (len > 0) {
		memcpy(out + sizeof(header), data, len);
	}
	return sizeof(header) + len;
}

/* A whole request; FCGI_KEEP_CONN, role RESPONDER. */
static size_t put_request(uint8_t *out, unsigned id, uint32_t client)
{
	static const uint8_t begin[8] = {0, 1, 1};
	uint32_t host = client / NETWORKS;
	uint32_t network = client % NETWORKS + host / 250 * NETWORKS;
	char pair[64];
	int len = snprintf(pair + 2, sizeof(pair) - 2, "REMOTE_ADDR%u.%u.%u.%u",
		11 + (network >> 16), network >> 8 & 255, network & 255, host % 250 + 1);

	pair[0] = 11;
	pair[1] = (char)(len - 11);
	size_t size = put_record(out, BEGIN_REQUEST, id, begin, sizeof(begin));

	size += put_record(out + size, PARAMS, id, pair, (size_t)len + 2);
	size += put_record(out + size, PARAMS, id, NULL, 0);
	return size + put_record(out + size, STDIN, id, NULL, 0);
}

static uint32_t pick(struct load *load)
{
	if (!load->at_random) {
		return load->first + load->next++;
	}
	load->random = load->random * 6364136223846793005u + 1442695040888963407u;
	return load->first + (uint32_t)(load->random >> 33) % load->count;
}

static bool has_more(const struct load *load)
{
	return load->at_random || load->next < load->count;
}

/* Up to `most` new requests in one write; how many it were. */
static unsigned ask(struct connection *c, struct load *load, unsigned most)
{
	uint8_t out[MULTIPLEXED * 128];
	size_t size = 0;
	unsigned asked = 0;
	uint64_t now = now_ns();

	for (unsigned slot = 0; slot < MULTIPLEXED && asked < most && has_more(load); slot++) {
		if (c->in_use[slot]) {
			continue;
		}
		c->in_use[slot] = true;
		c->sent_ns[slot] = now;
		c->word[slot] = OTHER;
		size += put_request(out + size, slot + 1, pick(load));
		asked++;
	}
	if (size > 0 && send(c->fd, out, size, MSG_NOSIGNAL) != (ssize_t)size) {
		die("send");
	}
	c->busy += asked;
	load->in_flight += asked;
	return asked;
}

static enum word read_word(const uint8_t *data, size_t len)
{
	static const char header[] = "X-Client-Rdns: ";
	const uint8_t *at = memmem(data, len, header, sizeof(header) - 1);

	if (at == NULL) {
		return OTHER;
	}
	at += sizeof(header) - 1;
	for (unsigned w = 0; w < OTHER; w++) {
		size_t size = strlen(words[w]);

		if ((size_t)(data + len - at) > size && memcmp(at, words[w], size) == 0) {
			return w;
		}
	}
	return OTHER;
}

static void take_record(struct connection *c, struct load *load, const uint8_t *record, size_t len)
{
	unsigned slot = record[3] - 1u;

	if (slot >= MULTIPLEXED || !c->in_use[slot]) {
		fprintf(stderr, "door_load: an answer that nobody waits for\n");
		exit(1);
	}
	if (record[1] == STDOUT && len > 0) {
		c->word[slot] = read_word(record + RECORD_HEADER, len);
	} else if (record[1] == END_REQUEST) {
		c->in_use[slot] = false;
		c->busy--;
		load->in_flight--;
		load->done[c->word[slot]]++;
		if (load->latencies < LATENCIES_MAX) {
			load->latency_ns[load->latencies++] =
				(uint32_t)(now_ns() - c->sent_ns[slot]);
		}
	}
}

static void take(struct connection *c, struct load *load)
{
	ssize_t got = recv(c->fd, c->buffer + c->have, BUFFER - c->have, 0);
	size_t at = 0;

	if (got <= 0) {
		die("recv");
	}
	c->have += (size_t)got;
	while (c->have - at >= RECORD_HEADER) {
		const uint8_t *r = c->buffer + at;
		size_t len = (size_t)r[4] << 8 | r[5];
		size_t whole = RECORD_HEADER + len + r[6];

		if (c->have - at < whole) {
			break;
		}
		take_record(c, load, r, len);
		at += whole;
	}
	memmove(c->buffer, c->buffer + at, c->have - at);
	c->have -= at;
}

static struct connection *connections_new(const char *path, unsigned count, int epoll)
{
	struct connection *all = calloc(count, sizeof(*all));
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (all == NULL || strlen(path) >= sizeof(address.sun_path)) {
		die("connections");
	}
	memcpy(address.sun_path, path, strlen(path));
	for (unsigned i = 0; i < count; i++) {
		struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};

		all[i].fd = socket(AF_UNIX, SOCK_STREAM, 0);
		if (all[i].fd < 0 ||
			connect(all[i].fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
			epoll_ctl(epoll, EPOLL_CTL_ADD, all[i].fd, &event) != 0) {
			die(path);
		}
	}
	return all;
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static double percentile_us(const struct load *load, double part)
{
	uint32_t at = (uint32_t)(part * load->latencies);

	return load->latencies > 0 ? load->latency_ns[at < load->latencies ? at : at - 1] / 1000.0
				   : 0;
}

static void print(struct load *load, uint64_t took_ns)
{
	uint64_t total = 0;

	qsort(load->latency_ns, load->latencies, sizeof(load->latency_ns[0]), compare);
	printf("{\"seconds\": %.6f", (double)took_ns / 1e9);
	for (unsigned w = 0; w < WORDS; w++) {
		printf(", \"%s\": %llu", words[w], (unsigned long long)load->done[w]);
		total += load->done[w];
	}
	printf(", \"answers\": %llu, \"median_us\": %.1f, \"p99_us\": %.1f, "
	       "\"least_in_flight\": %llu}\n",
		(unsigned long long)total, percentile_us(load, 0.5), percentile_us(load, 0.99),
		(unsigned long long)load->least_in_flight);
}

/* How many may be in flight by now: a flood begins slowly. */
static uint64_t allowed(uint64_t in_flight, uint64_t ramp_us, uint64_t since_us)
{
	return since_us >= ramp_us ? in_flight : in_flight * since_us / ramp_us + 1;
}

int main(int argc, char **argv)
{
	if (argc != 7) {
		fprintf(stderr, "usage: door_load SOCKET once|flood|again FIRST COUNT IN_FLIGHT "
				"SECONDS\n");
		return 64;
	}
	bool once = strcmp(argv[2], "once") == 0;
	bool flood = strcmp(argv[2], "flood") == 0;
	uint64_t in_flight = strtoul(argv[5], NULL, 10);
	uint64_t seconds = strtoul(argv[6], NULL, 10);
	uint64_t ramp_us = flood ? LIFE_US : 0;
	unsigned count = (unsigned)((in_flight + MULTIPLEXED - 1) / MULTIPLEXED);
	struct load load = {.first = (uint32_t)strtoul(argv[3], NULL, 10),
		.count = (uint32_t)strtoul(argv[4], NULL, 10),
		.at_random = !once && !flood,
		.random = 1,
		.least_in_flight = UINT64_MAX,
		.latency_ns = calloc(LATENCIES_MAX, sizeof(uint32_t))};
	int epoll = epoll_create1(0);

	if (epoll < 0 || load.latency_ns == NULL) {
		die("start");
	}
	struct connection *all = connections_new(argv[1], count, epoll);
	uint64_t start = now_ns();
	struct epoll_event events[64];

	for (;;) {
		uint64_t since_us = (now_ns() - start) / 1000;
		uint64_t limit = allowed(in_flight, ramp_us, since_us);

		if (once ? !has_more(&load) && load.in_flight == 0
			 : since_us >= seconds * 1000000) {
			break;
		}
		if (since_us > 2 * ramp_us && load.in_flight < load.least_in_flight) {
			load.least_in_flight = load.in_flight;
		}
		for (unsigned i = 0; i < count && load.in_flight < limit && has_more(&load); i++) {
			if (all[i].busy < MULTIPLEXED) {
				ask(&all[i], &load, (unsigned)(limit - load.in_flight));
			}
		}
		int ready = epoll_wait(epoll, events, 64, since_us < ramp_us ? 1 : 100);

		for (int i = 0; i < ready; i++) {
			take(&all[events[i].data.u32], &load);
		}
	}
	print(&load, now_ns() - start);
	return 0;
}
