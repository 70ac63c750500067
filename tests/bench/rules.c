/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * rules [FILE]
 *
 * The cost of a decision about a client that came before, with 10, 1,000 and 100,000 rules about
 * other clients before its own; and the cost of a list of a million lines: to load, to hold and to
 * search. Prints a table, and writes the figures to FILE as JSON.
 */

#include "policy/evaluate.h"
#include "policy/match_cache.h"
#include "policy/rule.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 5
#define LINES 1000000
#define CLIENTS 1024
#define MEMORY_BYTES (4 << 20)

static const struct place place = {"bench.conf", 1, 1};

static void die(const char *what)
{
	fprintf(stderr, "rules: %s\n", what);
	exit(1);
}

static void add(struct policy_rules *rules, enum policy_action action, const char *text)
{
	struct diag diag;

	diag_init(&diag);
	if (!policy_rules_add(rules, action, str_view(text), &place, &diag)) {
		diag_print(&diag, stderr);
		die(text);
	}
	diag_clear(&diag);
}

/* CPU time of this process, so that other processes do not count. */
static uint64_t cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/*
 * Nanoseconds a decision, over clients in turn: the best of some rounds, because it is the least
 * disturbed.
 */
static double measure(
	const struct policy_rules *rules, const struct policy_facts *clients, size_t client_count)
{
	struct policy policy = {.rules = rules};
	struct policy_verdict v;
	double best = 0;
	unsigned count = 1;

	for (int round = 0; round < ROUNDS;) {
		uint64_t start = cpu_us();

		for (unsigned i = 0; i < count; i++) {
			policy_evaluate(&policy, &clients[i % client_count], NULL, &v);
			if (v.outcome != POLICY_ALLOW) {
				die("a client was not let in");
			}
		}
		uint64_t took_us = cpu_us() - start;

		if (took_us < 20000) {
			count *= 4;
			continue;
		}
		double each = (double)took_us * 1000 / count;

		best = round == 0 || each < best ? each : best;
		round++;
	}
	return best;
}

static struct addr address(const char *text)
{
	struct addr addr;

	if (!addr_parse(str_view(text), &addr)) {
		die(text);
	}
	return addr;
}

enum about { ABOUT_REGEX, ABOUT_NAME, ABOUT_ADDRESS };

struct kind {
	const char *name;
	enum about about;
	const char *own;
};

static struct policy_rules *rules_of(const struct kind *kind, unsigned count)
{
	struct policy_rules *rules = policy_rules_new();
	char text[128];

	for (unsigned i = 0; i + 1 < count; i++) {
		switch (kind->about) {
		case ABOUT_REGEX:
			snprintf(text, sizeof(text), "host ~ ^crawl-%u\\.bot\\.example$", i);
			break;
		case ABOUT_NAME:
			snprintf(text, sizeof(text), "host n%u.example.net", i);
			break;
		case ABOUT_ADDRESS:
			snprintf(text, sizeof(text), "ip 10.%u.%u.%u", i >> 16, i >> 8 & 255,
				i & 255);
			break;
		}
		add(rules, POLICY_ACTION_DENY, text);
	}
	add(rules, POLICY_ACTION_ALLOW, kind->own);
	return rules;
}

static void bench_rules(FILE *json)
{
	static const struct kind kinds[] = {
		{"host ~", ABOUT_REGEX, "host ~ ^client\\.example\\.org$"},
		{"host", ABOUT_NAME, "host client.example.org"},
		{"ip", ABOUT_ADDRESS, "ip 192.0.2.0/24"},
	};
	static const unsigned counts[] = {10, 1000, 100000};
	struct addr ip = address("192.0.2.1");
	struct str name = str_view("client.example.org");
	struct policy_facts facts = {
		.ip = &ip, .names_state = POLICY_FACT_KNOWN, .names = {&name, 1}};

	printf("%-8s %9s %14s %14s %8s\n", "rules", "", "uncached ns", "cached ns", "of 10");
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		double first = 0;

		for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
			struct policy_rules *rules = rules_of(&kinds[k], counts[i]);
			struct policy_match_cache *memory = policy_match_cache_new(MEMORY_BYTES);

			facts.match_cache = NULL;
			double uncached = measure(rules, &facts, 1);

			facts.match_cache = memory;
			double cached = measure(rules, &facts, 1);

			first = i == 0 ? cached : first;
			printf("%-8s %9u %14.0f %14.0f %8.2f\n", kinds[k].name, counts[i], uncached,
				cached, cached / first);
			fprintf(json,
				"{\"rules\": %u, \"kind\": \"%s\", \"uncached_ns\": %.0f, "
				"\"cached_ns\": %.0f, \"of_ten\": %.2f}%s\n",
				counts[i], kinds[k].name, uncached, cached, cached / first,
				k + 1 == ARRAY_LEN(kinds) && i + 1 == ARRAY_LEN(counts) ? "" : ",");
			policy_match_cache_free(memory);
			policy_rules_free(rules);
		}
	}
}

static uint64_t draw(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 16;
}

static void write_nets(FILE *file, uint64_t *lot)
{
	uint64_t n = draw(lot);

	if (n % 2 == 0) {
		fprintf(file, "%u.%u.%u.0/24\n", (unsigned)(n >> 8 & 127),
			(unsigned)(n >> 16 & 255), (unsigned)(n >> 24 & 255));
	} else {
		fprintf(file, "2001:%x:%x::/48\n", (unsigned)(n >> 8 & 0xffff),
			(unsigned)(n >> 24 & 0xffff));
	}
}

static void write_name(FILE *file, uint64_t *lot)
{
	uint64_t n = draw(lot);

	fprintf(file, "%shost-%u.pool%u.example.net\n", n % 3 == 0 ? "." : "",
		(unsigned)(n >> 8 & 0xffff), (unsigned)(n >> 24 & 0xffff));
}

static void write_print(FILE *file, uint64_t *lot)
{
	for (int i = 0; i < 8; i++) {
		fprintf(file, "%08x", (unsigned)draw(lot));
	}
	fprintf(file, "\n");
}

static double resident_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	unsigned long pages = 0;

	if (file == NULL || fscanf(file, "%*u %lu", &pages) != 1) {
		die("/proc/self/statm");
	}
	fclose(file);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static void bench_list(FILE *json, const char *field, void (*line)(FILE *file, uint64_t *lot),
	struct policy_facts *clients)
{
	char path[] = "/tmp/doorward-bench-XXXXXX";
	int fd = mkstemp(path);
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
	uint64_t lot = 1;
	char text[128];

	if (file == NULL) {
		die("no temporary file");
	}
	for (unsigned i = 0; i < LINES; i++) {
		line(file, &lot);
	}
	fclose(file);

	struct policy_rules *none = policy_rules_new();
	struct policy_rules *rules = policy_rules_new();

	snprintf(text, sizeof(text), "%s in file:%s", field, path);
	malloc_trim(0);
	double before = resident_bytes();
	uint64_t start = cpu_us();

	add(rules, POLICY_ACTION_DENY, text);
	double seconds = (double)(cpu_us() - start) / 1e6;
	double each = (resident_bytes() - before) / LINES;

	unlink(path);
	add(none, POLICY_ACTION_ALLOW, "*");
	add(rules, POLICY_ACTION_ALLOW, "*");
	struct policy_match_cache *memory = policy_match_cache_new(MEMORY_BYTES);
	double without = measure(none, clients, CLIENTS);
	double added = measure(rules, clients, CLIENTS) - without;

	for (size_t i = 0; i < CLIENTS; i++) {
		clients[i].match_cache = memory;
	}
	double again = measure(rules, clients, CLIENTS) - without;

	for (size_t i = 0; i < CLIENTS; i++) {
		clients[i].match_cache = NULL;
	}
	policy_match_cache_free(memory);
	printf("%-12s a million lines: %.2f s to load, %.0f bytes a line, +%.0f ns a decision, "
	       "+%.0f ns for who was asked before\n",
		field, seconds, each, added, again);
	fprintf(json,
		"{\"list\": \"%s\", \"lines\": %d, \"load_s\": %.2f, \"bytes_a_line\": %.1f, "
		"\"added_ns\": %.0f, \"added_again_ns\": %.0f},\n",
		field, LINES, seconds, each, added, again);
	policy_rules_free(rules);
	policy_rules_free(none);
}

/* Clients that are on no list. */
struct stranger {
	struct addr ip;
	char name_text[64];
	struct str name;
	char print[65];
	struct policy_cert cert;
};

static void make_strangers(struct stranger *strangers, struct policy_facts *facts)
{
	uint64_t lot = 2;

	for (size_t i = 0; i < CLIENTS; i++) {
		struct stranger *s = &strangers[i];
		unsigned n = (unsigned)draw(&lot);

		snprintf(s->name_text, sizeof(s->name_text), "192.%u.%u.%u", n & 255, n >> 8 & 255,
			n >> 16 & 255);
		s->ip = address(s->name_text);
		snprintf(s->name_text, sizeof(s->name_text), "web-%u.pool%u.example.net",
			n & 0xffff, n >> 16);
		s->name = str_view(s->name_text);
		for (size_t k = 0; k < 8; k++) {
			snprintf(s->print + 8 * k, 9, "%08x", (unsigned)draw(&lot));
		}
		s->cert.sha256 = str_view(s->print);
		facts[i] = (struct policy_facts){.ip = &s->ip,
			.names_state = POLICY_FACT_KNOWN,
			.names = {&s->name, 1},
			.cert_present = true,
			.cert = &s->cert};
	}
}

int main(int argc, char **argv)
{
	static struct stranger strangers[CLIENTS];
	static struct policy_facts facts[CLIENTS];
	FILE *json = fopen(argc > 1 ? argv[1] : "/dev/null", "w");

	if (json == NULL) {
		die(argv[1]);
	}
	make_strangers(strangers, facts);
	fprintf(json, "[\n");
	bench_list(json, "ip", write_nets, facts);
	bench_list(json, "host", write_name, facts);
	bench_list(json, "cert.sha256", write_print, facts);
	bench_rules(json);
	fprintf(json, "]\n");
	return fclose(json) == 0 ? 0 : 1;
}
