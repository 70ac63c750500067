/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/array.h"
#include "doctor/nginx_ordered.h"
#include "doctor/nginx_private.h"

#include <stdlib.h>
#include <string.h>

#define HEADER_MAX 128

/* A location that passes requests on by HTTP. */
struct passing {
	struct str target;
	const struct import_node *location;
	size_t place; /* in the configuration */
};

/* A fact that some location passes to its back end, as doorward told it. */
struct fact {
	struct str target; /* of the location that sets it */
	struct str header;
	const struct import_node *set; /* the proxy_set_header */
	size_t place;
	bool again; /* the same as an earlier one */
};

struct forgeries {
	const struct nginx_look *look;
	struct passing *passing;
	size_t passing_count;
	size_t passing_room;
	struct fact *facts;
	size_t fact_count;
	size_t fact_room;
	bool failed; /* out of memory */
};

static int compare_headers(struct str a, struct str b)
{
	for (size_t i = 0; i < a.len && i < b.len; i++) {
		int order = ascii_lower(a.data[i]) - ascii_lower(b.data[i]);

		if (order != 0) {
			return order;
		}
	}
	return (a.len > b.len) - (a.len < b.len);
}

static int by_target(const void *left, const void *right)
{
	const struct passing *a = left;
	const struct passing *b = right;
	int order = nginx_compare_texts(a->target, b->target);

	return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

static int by_fact(const void *left, const void *right)
{
	const struct fact *a = left;
	const struct fact *b = right;
	int order = nginx_compare_texts(a->target, b->target);

	order = order != 0 ? order : compare_headers(a->header, b->header);
	return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

static int by_place(const void *left, const void *right)
{
	const struct fact *a = left;
	const struct fact *b = right;

	return (a->place > b->place) - (a->place < b->place);
}

static bool is_fact(struct str header)
{
	return header.len < HEADER_MAX &&
	       (str_take_nocase(&header, "X-Client-") || str_take_nocase(&header, "X-Doorward-"));
}

static void add_passing(struct forgeries *f, const struct import_node *location)
{
	struct nginx_pass pass;
	struct passing *room;

	nginx_pass_of(f->look, location, &pass);
	if (pass.node == NULL || !pass.http || pass.target.len == 0) {
		return;
	}
	room = array_reserve(f->passing, f->passing_count, &f->passing_room, sizeof(*room));
	if (room == NULL) {
		f->failed = true;
		return;
	}
	f->passing = room;
	room[f->passing_count] = (struct passing){pass.target, location, f->passing_count};
	f->passing_count++;
}

static void add_fact(struct forgeries *f, const struct import_node *set)
{
	const struct import_node *location = nginx_block_of(set);
	struct str header = nginx_arg(set, 1);
	struct nginx_pass pass;
	struct fact *room;

	if (!is_fact(header) || nginx_arg(set, 2).len == 0 ||
		!import_node_is(location, "location") || nginx_asks(f->look, location, &pass) ||
		pass.node == NULL || pass.target.len == 0) {
		return;
	}
	room = array_reserve(f->facts, f->fact_count, &f->fact_room, sizeof(*room));
	if (room == NULL) {
		f->failed = true;
		return;
	}
	f->facts = room;
	room[f->fact_count] = (struct fact){pass.target, header, set, f->fact_count, false};
	f->fact_count++;
}

static void collect(void *ctx, const struct import_node *node)
{
	struct forgeries *f = ctx;

	if (import_node_is(node, "location")) {
		add_passing(f, node);
	} else if (import_node_is(node, "proxy_set_header")) {
		add_fact(f, node);
	}
}

static void check_location(
	const struct forgeries *f, const struct fact *fact, const struct import_node *location)
{
	struct place place = import_node_place(location);
	struct place set = import_node_place(fact->set);
	char header[HEADER_MAX];

	memcpy(header, fact->header.data, fact->header.len);
	header[fact->header.len] = '\0';
	if (nginx_set_value(location, "proxy_set_header", header).data == NULL &&
		!nginx_says(nginx_effective(location, "proxy_pass_request_headers"), "off")) {
		diag_error(f->look->diag, &place,
			"a client can write the header %s that the back end takes for doorward's "
			"(%s:%u): expected proxy_set_header %s \"\", or auth_request and its value",
			header, set.file, set.line, header);
	}
}

static void check_back_end(const struct forgeries *f, const struct fact *fact)
{
	size_t low = 0;
	size_t high = f->passing_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (nginx_compare_texts(f->passing[middle].target, fact->target) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	for (; low < f->passing_count && str_eq(f->passing[low].target, fact->target); low++) {
		check_location(f, fact, f->passing[low].location);
	}
}

/* Each header of a back end counts once, with the first place that sets it. */
static void check_facts(struct forgeries *f)
{
	if (f->fact_count == 0 || f->passing_count == 0) {
		return;
	}
	qsort(f->passing, f->passing_count, sizeof(*f->passing), by_target);
	qsort(f->facts, f->fact_count, sizeof(*f->facts), by_fact);
	for (size_t i = 1; i < f->fact_count; i++) {
		const struct fact *before = &f->facts[i - 1];

		f->facts[i].again = str_eq(f->facts[i].target, before->target) &&
				    str_eq_nocase(f->facts[i].header, before->header);
	}
	qsort(f->facts, f->fact_count, sizeof(*f->facts), by_place);
	for (size_t i = 0; i < f->fact_count; i++) {
		if (!f->facts[i].again) {
			check_back_end(f, &f->facts[i]);
		}
	}
}

void nginx_look_at_forgeries(const struct nginx_look *look)
{
	struct forgeries f = {.look = look};

	nginx_each(look->root, collect, &f);
	if (f.failed) {
		diag_error(look->diag, NULL, "out of memory");
	} else {
		check_facts(&f);
	}
	free(f.passing);
	free(f.facts);
}
