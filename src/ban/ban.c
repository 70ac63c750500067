/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "ban/ban.h"

#include "base/clock.h"
#include "base/json.h"
#include "policy/domain.h"
#include "policy/net_list.h"

#include <inttypes.h>
#include <string.h>

#define HOST "host:"

static bool read_host(struct str text, struct arena *arena, struct diag *diag, struct ban *out)
{
	char room[POLICY_TEXT_ROOM];
	struct str value;

	if (!policy_domain_host.read(text, NULL, diag, room, &value)) {
		return false;
	}
	out->kind = BAN_HOST;
	out->host = arena_dup(arena, value);
	if (out->host.data == NULL) {
		diag_error(diag, NULL, "out of memory");
	}
	return out->host.data != NULL;
}

bool ban_read_what(
	struct str text, bool host, struct arena *arena, struct diag *diag, struct ban *out)
{
	out->kind = BAN_PREFIX;
	return host ? read_host(text, arena, diag, out)
		    : policy_prefix_read(text, NULL, diag, &out->prefix);
}

void ban_write_what(const struct ban *ban, struct bytes *out)
{
	char text[PREFIX_TEXT_MAX];

	if (ban->kind == BAN_HOST) {
		bytes_append_text(out, "host ");
		bytes_append_str(out, ban->host);
	} else {
		prefix_format(&ban->prefix, text);
		bytes_append_text(out, text);
	}
}

/* False also if the same ban would be written in another way. */
static bool read_written_what(struct str text, struct arena *arena, struct ban *out)
{
	bool host = str_starts_with(text, HOST);
	char again[PREFIX_TEXT_MAX];
	struct diag diag;

	if (!host) {
		out->kind = BAN_PREFIX;
		if (!prefix_parse(text, &out->prefix)) {
			return false;
		}
		prefix_format(&out->prefix, again);
		return str_eq_text(text, again);
	}
	diag_init(&diag);
	text = str_from(text, strlen(HOST));
	bool good = read_host(text, arena, &diag, out) && str_eq(text, out->host);

	diag_clear(&diag);
	return good;
}

static bool read_time(struct str text, int64_t *out)
{
	uint64_t value;

	if (!str_to_u64(text, BAN_TIME_MAX, &value)) {
		return false;
	}
	*out = (int64_t)value;
	return true;
}

/* Whether the text is written as it is by bytes_append_visible. */
static bool is_visible(struct str text)
{
	struct bytes again;

	bytes_init(&again, 0);
	bytes_append_visible(&again, text);
	bool same = !again.failed && str_eq(bytes_view(&again), text);

	bytes_clear(&again);
	return same;
}

static bool read_times(struct str until, struct str kept, struct ban *out)
{
	out->until_ms = BAN_NEVER;
	out->kept_ms = BAN_NEVER;
	return (str_eq_text(until, "never") || read_time(until, &out->until_ms)) &&
	       (str_eq_text(kept, "never") || read_time(kept, &out->kept_ms)) &&
	       (out->lifted ? out->until_ms == out->kept_ms : out->until_ms <= out->kept_ms);
}

const char *ban_read(struct str line, struct arena *arena, struct ban *out)
{
	struct str part[6];
	struct ban ban = {.kind = BAN_PREFIX};

	for (size_t i = 0; i < ARRAY_LEN(part); i++) {
		if (!str_split_next(&line, ' ', &part[i])) {
			return "expected ban WHAT UNTIL KEPT MADE BY WHY";
		}
	}
	ban.lifted = str_eq_text(part[0], "unban");
	if (!ban.lifted && !str_eq_text(part[0], "ban")) {
		return "expected ban or unban at its start";
	}
	if (!read_written_what(part[1], arena, &ban)) {
		return "expected an address, a prefix, or host:NAME in lower case after the first "
		       "word";
	}
	if (!read_times(part[2], part[3], &ban)) {
		return "expected its end, and a time that is not before it, in milliseconds since "
		       "1970, or never";
	}
	if (!read_time(part[4], &ban.made_ms)) {
		return "expected when it was made in milliseconds since 1970";
	}
	if (part[5].len == 0 || part[5].len > BAN_BY_MAX || !is_visible(part[5])) {
		return "expected who made it, in at most 64 bytes";
	}
	if (line.len > BAN_WHY_MAX || !is_visible(line)) {
		return "expected the reason in at most 256 bytes of visible text";
	}
	ban.by = arena_dup(arena, part[5]);
	ban.why = arena_dup(arena, line);
	if (ban.by.data == NULL || ban.why.data == NULL) {
		return "out of memory";
	}
	*out = ban;
	return NULL;
}

static void write_time(int64_t ms, struct bytes *out)
{
	if (ms == BAN_NEVER) {
		bytes_append_text(out, " never");
	} else {
		bytes_appendf(out, " %" PRId64, ms);
	}
}

void ban_write(const struct ban *ban, struct bytes *out)
{
	char text[PREFIX_TEXT_MAX];

	bytes_append_text(out, ban->lifted ? "unban " : "ban ");
	if (ban->kind == BAN_HOST) {
		bytes_append_text(out, HOST);
		bytes_append_str(out, ban->host);
	} else {
		prefix_format(&ban->prefix, text);
		bytes_append_text(out, text);
	}
	write_time(ban->until_ms, out);
	write_time(ban->kept_ms, out);
	write_time(ban->made_ms, out);
	bytes_append_u8(out, ' ');
	bytes_append_str(out, ban->by);
	if (ban->why.len > 0) {
		bytes_append_u8(out, ' ');
		bytes_append_str(out, ban->why);
	}
}

static int compare_texts(struct str a, struct str b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len > 0 ? memcmp(a.data, b.data, len) : 0;

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

int ban_order(const struct ban *a, const struct ban *b)
{
	if (a->kind != b->kind) {
		return a->kind < b->kind ? -1 : 1;
	}
	if (a->kind == BAN_HOST) {
		return compare_texts(a->host, b->host);
	}
	if (a->prefix.addr.family != b->prefix.addr.family) {
		return a->prefix.addr.family < b->prefix.addr.family ? -1 : 1;
	}
	if (a->prefix.len != b->prefix.len) {
		return a->prefix.len < b->prefix.len ? -1 : 1;
	}
	return memcmp(a->prefix.addr.bytes, b->prefix.addr.bytes, sizeof(a->prefix.addr.bytes));
}

int ban_compare_age(const struct ban *a, const struct ban *b)
{
	if (a->made_ms != b->made_ms) {
		return a->made_ms < b->made_ms ? -1 : 1;
	}
	if (a->lifted != b->lifted) {
		return a->lifted ? -1 : 1;
	}
	if (a->until_ms != b->until_ms) {
		return a->until_ms < b->until_ms ? -1 : 1;
	}
	if (a->kept_ms != b->kept_ms) {
		return a->kept_ms < b->kept_ms ? -1 : 1;
	}
	int order = compare_texts(a->by, b->by);

	return order != 0 ? order : compare_texts(a->why, b->why);
}

void ban_write_json(const struct ban *ban, struct bytes *out)
{
	char text[CLOCK_TEXT_MAX];
	char prefix[PREFIX_TEXT_MAX];

	json_open(out, '{');
	if (ban->kind == BAN_HOST) {
		json_member_str(out, "host", ban->host);
	} else {
		prefix_format(&ban->prefix, prefix);
		json_member_text(out, "ip", prefix);
	}
	json_key(out, "until");
	if (ban->until_ms == BAN_NEVER) {
		json_none(out);
	} else {
		clock_format(ban->until_ms / 1000, text);
		json_text(out, text);
	}
	clock_format(ban->made_ms / 1000, text);
	json_member_text(out, "made", text);
	json_member_str(out, "by", ban->by);
	json_member_str(out, "why", ban->why);
	json_close(out, '}');
}
