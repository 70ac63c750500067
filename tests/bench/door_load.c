/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * door_load SOCKET MODE FIRST COUNT IN_FLIGHT SECONDS
 *
 * Asks a doorward over kept FastCGI connections, each with up to 64 multiplexed requests, about the
 * clients FIRST … FIRST + COUNT - 1 (11.0.0.1 and so on, neighbours in different /24s) and prints
 * one line of JSON.
 *
 * once:  every client one time, IN_FLIGHT at a time; ends with the last answer.
 * flood: up to IN_FLIGHT at a time, for SECONDS, every client a new one, evenly spread, and at most
 *        IN_FLIGHT divided by the life of a lookup without a reply a second.
 * again: the clients over and over at random, for SECONDS, one request every 300 µs on average.
 */

#include "bench/load.h"

#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MULTIPLEXED 64
#define BUFFER 262144
#define NETWORKS 400u       /* /24s that neighbours are spread over */
#define LIFE_NS 1250000000u /* of a lookup without a reply, at least */
#define STEP_NS 500000u     /* between two steps of a flood */
#define LAG_NS 10000000u    /* that a flood makes up for */
#define PAUSE_NS 600000u    /* at most, between two requests in mode again */
#define LATENCIES_MAX 4000000u

enum mode { ONCE, FLOOD, AGAIN };
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
	enum mode mode;
	uint32_t first;
	uint32_t count;
	uint32_t next;
	uint64_t most_in_flight;
	uint64_t start_ns;
	uint64_t end_ns;
	uint64_t next_ns; /* when the next requests come */
	unsigned turn;    /* which connection gets the next request */
	uint64_t random;
	uint64_t done[WORDS];
	uint64_t in_flight;
	uint64_t least_in_flight; /* since the flood has reached its full size */
	uint32_t latencies;
	uint32_t *latency_ns;
};

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
	size_t size = put_record(out, FCGI_BEGIN, id, begin, sizeof(begin));

	size += put_record(out + size, FCGI_PAIRS, id, pair, (size_t)len + 2);
	size += put_record(out + size, FCGI_PAIRS, id, NULL, 0);
	return size + put_record(out + size, FCGI_BODY, id, NULL, 0);
}

static uint32_t pick(struct load *load)
{
	return load->first +
	       (load->mode == AGAIN ? draw(&load->random) % load->count : load->next++);
}

static bool has_more(const struct load *load)
{
	return load->mode == AGAIN || load->next < load->count;
}

/* Sends up to `most` new requests in one write, and returns how many. */
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
		fprintf(stderr, "door_load: a response to no request\n");
		exit(1);
	}
	if (record[1] == FCGI_ANSWER && len > 0) {
		c->word[slot] = read_word(record + RECORD_HEADER, len);
	} else if (record[1] == FCGI_END) {
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
	const uint8_t *record;
	size_t at = 0;
	size_t len;

	if (got <= 0) {
		die("recv");
	}
	c->have += (size_t)got;
	while ((record = next_record(c->buffer, c->have, &at, &len)) != NULL) {
		take_record(c, load, record, len);
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

/* How many requests may be sent now. */
static uint64_t room(struct load *load, uint64_t now)
{
	uint64_t most = load->most_in_flight;
	uint64_t left = load->in_flight < most ? most - load->in_flight : 0;

	if (load->mode == ONCE) {
		return left;
	}
	if (now < load->next_ns || left == 0) {
		return 0;
	}
	if (load->mode == AGAIN) {
		load->next_ns = now + draw(&load->random) % PAUSE_NS;
		return 1;
	}
	uint64_t step = STEP_NS * most / LIFE_NS;

	load->next_ns += STEP_NS;
	if (load->next_ns + LAG_NS < now) {
		load->next_ns = now;
	}
	return step < left ? step : left;
}

static struct timespec wait_for(const struct load *load, uint64_t now)
{
	uint64_t ns = STEP_NS;

	if (load->mode != ONCE) {
		ns = load->next_ns > now ? load->next_ns - now : 0;
	}
	return (struct timespec){.tv_nsec = (long)ns};
}

static bool is_over(const struct load *load, uint64_t now)
{
	return load->mode == ONCE ? !has_more(load) && load->in_flight == 0 : now >= load->end_ns;
}

static void run(struct load *load, struct connection *all, unsigned count, int epoll)
{
	struct epoll_event events[64];
	uint64_t now;

	while (!is_over(load, now = now_ns())) {
		uint64_t more = room(load, now);

		if (now - load->start_ns > 2u * (uint64_t)LIFE_NS &&
			load->in_flight < load->least_in_flight) {
			load->least_in_flight = load->in_flight;
		}
		for (unsigned i = 0; i < count && more > 0 && has_more(load); i++) {
			more -= ask(
				&all[i], load, more > MULTIPLEXED ? MULTIPLEXED : (unsigned)more);
		}
		struct timespec timeout = wait_for(load, now);
		int ready = epoll_pwait2(epoll, events, 64, &timeout, NULL);

		for (int i = 0; i < ready; i++) {
			take(&all[events[i].data.u32], load);
		}
	}
}

int main(int argc, char **argv)
{
	static const char *const modes[] = {"once", "flood", "again"};
	unsigned mode = 0;

	while (argc == 7 && mode <= AGAIN && strcmp(argv[2], modes[mode]) != 0) {
		mode++;
	}
	if (argc != 7 || mode > AGAIN) {
		fprintf(stderr, "usage: door_load SOCKET once|flood|again FIRST COUNT IN_FLIGHT "
				"SECONDS\n");
		return 64;
	}
	struct load load = {.mode = mode,
		.first = (uint32_t)strtoul(argv[3], NULL, 10),
		.count = (uint32_t)strtoul(argv[4], NULL, 10),
		.most_in_flight = strtoul(argv[5], NULL, 10),
		.random = 1,
		.least_in_flight = UINT64_MAX,
		.latency_ns = calloc(LATENCIES_MAX, sizeof(uint32_t))};
	unsigned count = (unsigned)((load.most_in_flight + MULTIPLEXED - 1) / MULTIPLEXED);
	int epoll = epoll_create1(0);

	if (epoll < 0 || load.latency_ns == NULL) {
		die("start");
	}
	struct connection *all = connections_new(argv[1], count, epoll);

	load.start_ns = now_ns();
	load.end_ns = load.start_ns + strtoul(argv[6], NULL, 10) * 1000000000u;
	run(&load, all, count, epoll);
	print(&load, now_ns() - load.start_ns);
	free(load.latency_ns);
	free(all);
	return 0;
}
