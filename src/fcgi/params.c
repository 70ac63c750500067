/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "fcgi/params.h"

#include "base/reader.h"

struct pair {
	uint64_t total; /* bytes of the pair; of its lengths only, while they are incomplete */
	size_t name_at;
	size_t name_len;
	size_t value_len;
	bool known; /* both lengths are complete */
};

void fcgi_params_init(struct fcgi_params *p, size_t max)
{
	*p = (struct fcgi_params){.left = max};
	bytes_init(&p->partial, 0);
}

void fcgi_params_clear(struct fcgi_params *p)
{
	bytes_clear(&p->partial);
}

void fcgi_params_reset(struct fcgi_params *p, size_t max, size_t keep)
{
	bytes_reset(&p->partial, keep);
	p->left = max;
	p->given = false;
}

/* 1 or 4; 1 where nothing tells yet. */
static size_t length_size(struct str s, size_t at)
{
	return at < s.len && ((uint8_t)s.data[at] & 0x80) != 0 ? 4 : 1;
}

static size_t read_length(struct reader *r, size_t size)
{
	return size == 4 ? reader_u32(r) & 0x7fffffff : reader_u8(r);
}

/* What the start of a pair tells of it. */
static struct pair look(struct str s)
{
	size_t first = length_size(s, 0);
	size_t second = length_size(s, first);
	struct pair pair = {.total = first + second, .name_at = first + second};
	struct reader r;

	if (s.len >= first + second) {
		reader_init(&r, s.data, s.len);
		pair.name_len = read_length(&r, first);
		pair.value_len = read_length(&r, second);
		pair.total += (uint64_t)pair.name_len + pair.value_len;
		pair.known = true;
	}
	return pair;
}

static void hand_out(struct fcgi_params *p, struct str s, const struct pair *pair, struct str *name,
	struct str *value)
{
	*name = (struct str){s.data + pair->name_at, pair->name_len};
	*value = (struct str){s.data + pair->name_at + pair->name_len, pair->value_len};
	p->left -= (size_t)pair->total;
}

/* Moves bytes of the input behind the gathered ones until the pair has `wanted` of them. */
static bool gather(struct fcgi_params *p, struct str *input, size_t wanted)
{
	size_t missing = wanted - p->partial.len;
	size_t len = input->len < missing ? input->len : missing;

	if (!bytes_append(&p->partial, input->data, len)) {
		return false;
	}
	*input = str_from(*input, len);
	return true;
}

static enum fcgi_params_result continue_partial(
	struct fcgi_params *p, struct str *input, struct str *name, struct str *value)
{
	for (;;) {
		struct str s = bytes_view(&p->partial);
		struct pair pair = look(s);

		if (pair.total > p->left) {
			return FCGI_PARAMS_TOO_LONG;
		}
		if (pair.known && s.len == pair.total) {
			hand_out(p, s, &pair, name, value);
			p->given = true;
			return FCGI_PARAMS_PAIR;
		}
		if (input->len == 0) {
			return FCGI_PARAMS_MORE;
		}
		if (!gather(p, input, (size_t)pair.total)) {
			return FCGI_PARAMS_OUT_OF_MEMORY;
		}
	}
}

/*
 * Nearly all pairs have two lengths of one byte and lie whole in the input: those are handed out
 * without a detour. False, and nothing has happened, for all others.
 */
static inline bool take_short(
	struct fcgi_params *p, struct str *input, struct str *name, struct str *value)
{
	if (p->given || p->partial.len > 0 || input->len < 2) {
		return false;
	}
	const char *data = input->data;
	size_t name_len = (uint8_t)data[0];
	size_t value_len = (uint8_t)data[1];
	size_t total = 2 + name_len + value_len;

	if (((name_len | value_len) & 0x80) != 0 || total > input->len || total > p->left) {
		return false;
	}
	*name = (struct str){data + 2, name_len};
	*value = (struct str){data + 2 + name_len, value_len};
	p->left -= total;
	*input = (struct str){data + total, input->len - total};
	return true;
}

/* Apart, so that the short way has no registers to save for this one. */
__attribute__((noinline)) static enum fcgi_params_result take_any(
	struct fcgi_params *p, struct str *input, struct str *name, struct str *value)
{
	if (p->given) {
		p->given = false;
		p->partial.len = 0;
	}
	if (p->partial.len > 0) {
		return continue_partial(p, input, name, value);
	}
	if (input->len == 0) {
		return FCGI_PARAMS_MORE;
	}
	struct pair pair = look(*input);

	if (pair.total > p->left) {
		return FCGI_PARAMS_TOO_LONG;
	}
	if (!pair.known || input->len < pair.total) {
		return gather(p, input, input->len) ? FCGI_PARAMS_MORE : FCGI_PARAMS_OUT_OF_MEMORY;
	}
	hand_out(p, *input, &pair, name, value);
	*input = str_from(*input, (size_t)pair.total);
	return FCGI_PARAMS_PAIR;
}

enum fcgi_params_result fcgi_params_next(
	struct fcgi_params *p, struct str *input, struct str *name, struct str *value)
{
	return take_short(p, input, name, value) ? FCGI_PARAMS_PAIR
						 : take_any(p, input, name, value);
}

bool fcgi_params_is_between(const struct fcgi_params *p)
{
	return p->given || p->partial.len == 0;
}
