/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/rates_near.h"

#include "authz/cut.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/util.h"
#include "policy/network.h"
#include "policy/rule.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define SETS 32
#define WAYS AUTHZ_RATES_NEAR_CLIENTS
#define CLIENT_MAX 256 /* a host name and its NUL */

static_assert(CLIENT_MAX >= PREFIX_TEXT_MAX, "an address, too");

/*
 * What the main thread reads is written under the lock. The worker reads its own writes without it;
 * `full_ns` is the worker's alone.
 */
struct entry {
	uint64_t key; /* 0: free */
	uint64_t rate_id;
	uint64_t full_ns; /* when the bucket is full, as of the last request */
	uint64_t unit_ns;
	_Atomic uint64_t refused;    /* requests, since the client is in the table */
	_Atomic uint64_t refused_ns; /* when the last one was */
	bool cut;
	char client[CLIENT_MAX];
};

struct authz_rates_near_table {
	pthread_mutex_t lock;
	struct entry sets[SETS][WAYS];
};

struct authz_rates_near {
	size_t worker_count;
	struct authz_rates_near_table tables[];
};

struct authz_rates_near *authz_rates_near_new(size_t workers)
{
	struct authz_rates_near *near =
		calloc(1, sizeof(*near) + workers * sizeof(near->tables[0]));

	if (near != NULL) {
		near->worker_count = workers;
		for (size_t i = 0; i < workers; i++) {
			pthread_mutex_init(&near->tables[i].lock, NULL);
		}
	}
	return near;
}

void authz_rates_near_free(struct authz_rates_near *near)
{
	for (size_t i = 0; near != NULL && i < near->worker_count; i++) {
		pthread_mutex_destroy(&near->tables[i].lock);
	}
	free(near);
}

struct authz_rates_near_table *authz_rates_near_table(struct authz_rates_near *near, size_t worker)
{
	return &near->tables[worker];
}

/* The clients of a rate share a set, so that many of one rate do not push out those of others. */
static struct entry *set_of(struct authz_rates_near_table *table, const struct policy *policy,
	const struct policy_rate *rate)
{
	return table->sets[(policy->number * 7 + rate->number) % SETS];
}

/* The part of the bucket that is used up: 0 to 1. */
static double part_of(const struct entry *e, uint64_t now_ns)
{
	uint64_t missing_ns = e->full_ns > now_ns ? e->full_ns - now_ns : 0;

	return e->key != 0 ? (double)missing_ns / (double)e->unit_ns : -1;
}

/* The entry of the client; else the one that is the least near to its rate. */
static struct entry *find(struct entry set[WAYS], uint64_t key, uint64_t now_ns)
{
	struct entry *least = &set[0];

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].key == key) {
			return &set[i];
		}
	}
	for (size_t i = 1; i < WAYS; i++) {
		if (part_of(&set[i], now_ns) < part_of(least, now_ns)) {
			least = &set[i];
		}
	}
	return least;
}

static void write_client(const struct authz_rates_near_client *c, char out[CLIENT_MAX])
{
	struct policy_rate_client client = policy_rate_client(c->rate, c->facts);
	struct bytes text;

	bytes_init(&text, CLIENT_MAX - 1);
	if (client.text.data == NULL) {
		struct prefix cut = authz_cut_address(&client.network.addr);
		const struct prefix *shown =
			c->cut && cut.len < client.network.len ? &cut : &client.network;
		char address[PREFIX_TEXT_MAX];

		prefix_format(shown, address);
		bytes_append_text(&text, address);
	} else if (client.by == POLICY_RATE_BY_ASN) {
		bytes_append_text(&text, "AS");
		bytes_append_str(&text, policy_network_asn_digits(client.text));
	} else if (client.by == POLICY_RATE_BY_HOST && c->cut) {
		authz_cut_host(client.text, &text);
	} else {
		bytes_append_str(&text, client.text);
	}
	if (text.len > 0) {
		memcpy(out, text.data, text.len);
	}
	out[text.len] = '\0';
	bytes_clear(&text);
}

/* If the reader has the table, the client's next request finds it free. */
static bool put(struct authz_rates_near_table *table, struct entry *e,
	const struct authz_rates_near_client *client)
{
	if (pthread_mutex_trylock(&table->lock) != 0) {
		return false;
	}
	e->key = client->key;
	e->rate_id = policy_rate_id(client->buckets, client->policy, client->rate);
	e->unit_ns = client->rate->unit_ns;
	e->cut = client->cut;
	atomic_store_explicit(&e->refused, 0, memory_order_relaxed);
	atomic_store_explicit(&e->refused_ns, 0, memory_order_relaxed);
	write_client(client, e->client);
	pthread_mutex_unlock(&table->lock);
	return true;
}

void authz_rates_near_note(
	struct authz_rates_near_table *table, const struct authz_rates_near_client *client)
{
	struct entry *set = set_of(table, client->policy, client->rate);
	struct entry *e = find(set, client->key, client->now_ns);

	if ((e->key != client->key || e->cut != client->cut) && !put(table, e, client)) {
		return;
	}
	e->full_ns = client->now_ns + client->missing_ns;
	if (client->refused) {
		uint64_t refused = atomic_load_explicit(&e->refused, memory_order_relaxed);

		atomic_store_explicit(&e->refused, refused + 1, memory_order_relaxed);
		atomic_store_explicit(&e->refused_ns, client->now_ns, memory_order_relaxed);
	}
}

/* The reader's side. */

/* A client, as it is written. */
struct found {
	uint64_t key;
	uint64_t missing_ns;
	uint64_t refused;
	bool over; /* was refused not longer ago than the rate's unit */
	char client[CLIENT_MAX];
};

struct nearest {
	size_t count;
	struct found items[AUTHZ_RATES_NEAR_CLIENTS];
};

static bool is_nearer(const struct found *a, const struct found *b)
{
	return a->over != b->over ? a->over : a->missing_ns > b->missing_ns;
}

static void keep(struct nearest *nearest, const struct found *found)
{
	struct found *items = nearest->items;
	size_t at;

	for (at = 0; at < nearest->count; at++) {
		if (items[at].key == found->key) {
			items[at].refused += found->refused;
			items[at].over |= found->over;
			return;
		}
	}
	if (nearest->count < ARRAY_LEN(nearest->items)) {
		nearest->count++;
	} else if (!is_nearer(found, &items[--at])) {
		return;
	}
	for (; at > 0 && is_nearer(found, &items[at - 1]); at--) {
		items[at] = items[at - 1];
	}
	items[at] = *found;
}

/* The clients of one rate, and when they are read. */
struct reading {
	struct policy_token_buckets *buckets;
	const struct policy_rate *rate;
	uint64_t rate_id;
	uint64_t now_ns;
	bool cut;
};

static void read_entry(const struct entry *e, const struct reading *r, struct nearest *nearest)
{
	const struct policy_rate *rate = r->rate;
	struct found found = {.key = e->key};

	if (e->key == 0 || e->rate_id != r->rate_id || (r->cut && !e->cut)) {
		return;
	}
	uint64_t refused_ns = atomic_load_explicit(&e->refused_ns, memory_order_relaxed);

	found.missing_ns = policy_token_buckets_missing_ns(
		r->buckets, e->key, rate->tokens, rate->unit_ns, r->now_ns);
	found.refused = atomic_load_explicit(&e->refused, memory_order_relaxed);
	found.over = found.refused > 0 && r->now_ns < refused_ns + rate->unit_ns;
	if (found.over || found.missing_ns >= rate->unit_ns / 2) {
		memcpy(found.client, e->client, sizeof(found.client));
		keep(nearest, &found);
	}
}

static void read_rate(struct authz_rates_near *near, const struct policy *policy,
	const struct reading *r, struct nearest *nearest)
{
	nearest->count = 0;
	for (size_t i = 0; i < near->worker_count; i++) {
		struct authz_rates_near_table *table = &near->tables[i];
		const struct entry *set = set_of(table, policy, r->rate);

		pthread_mutex_lock(&table->lock);
		for (size_t w = 0; w < WAYS; w++) {
			read_entry(&set[w], r, nearest);
		}
		pthread_mutex_unlock(&table->lock);
	}
}

static void write_rate(const struct policy *policy, const struct policy_rate *rate,
	const struct nearest *nearest, struct bytes *out)
{
	static const char *const by[] = {
		[POLICY_RATE_BY_ADDRESS] = "address",
		[POLICY_RATE_BY_HOST] = "host",
		[POLICY_RATE_BY_CERT] = "cert",
		[POLICY_RATE_BY_ASN] = "asn",
		[POLICY_RATE_BY_NET] = "net",
	};
	uint64_t between_ns = rate->unit_ns / rate->tokens;

	json_open(out, '{');
	json_member_str(out, "policy", policy->name);
	json_member_str(out, "rule", rate->rule);
	json_member_text(out, "by", by[rate->by]);
	json_member_u64(out, "limit", rate->tokens);
	json_member_u64(out, "seconds", rate->unit_ns / 1000000000);
	json_member_open(out, "clients", '[');
	for (size_t i = 0; i < nearest->count; i++) {
		const struct found *found = &nearest->items[i];

		json_open(out, '{');
		json_member_text(out, "client", found->client);
		json_member_u64(out, "used", (found->missing_ns + between_ns - 1) / between_ns);
		json_member_bool(out, "over", found->over);
		json_member_u64(out, "refused", found->refused);
		json_close(out, '}');
	}
	json_close(out, ']');
	json_close(out, '}');
}

void authz_rates_near_write(
	struct authz_rates_near *near, const struct authz_snapshot *snapshot, struct bytes *out)
{
	const struct config *config = snapshot->config;
	struct nearest nearest;
	size_t written = 0;

	if (near == NULL) {
		json_none(out);
		return;
	}
	json_open(out, '[');
	for (size_t p = 0; snapshot->buckets != NULL && p < config->policy_count; p++) {
		const struct policy *policy = &config->policies[p];
		size_t count = policy_rules_rate_count(policy->rules);

		for (size_t i = 0; i < count && written < AUTHZ_RATES_NEAR_RATES; i++) {
			const struct policy_rate *rate = policy_rules_rate(policy->rules, i);
			const struct reading reading = {.buckets = snapshot->buckets,
				.rate = rate,
				.rate_id = policy_rate_id(snapshot->buckets, policy, rate),
				.now_ns = clock_us() * 1000,
				.cut = config->server.recent_addresses == CONFIG_ADDRESSES_CUT};

			read_rate(near, policy, &reading, &nearest);
			if (nearest.count > 0) {
				write_rate(policy, rate, &nearest, out);
				written++;
			}
		}
	}
	json_close(out, ']');
}
