/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/cert_source.h"
#include "config/config.h"
#include "config/units.h"
#include "config/value.h"
#include "policy/pin.h"

#include <string.h>

static uint32_t load_u32(const void *base, size_t offset)
{
	uint32_t value;

	memcpy(&value, (const char *)base + offset, sizeof(value));
	return value;
}

static uint64_t load_u64(const void *base, size_t offset)
{
	uint64_t value;

	memcpy(&value, (const char *)base + offset, sizeof(value));
	return value;
}

static const void *load_pointer(const void *base, size_t offset)
{
	const void *value;

	memcpy(&value, (const char *)base + offset, sizeof(value));
	return value;
}

static size_t load_size(const void *base, size_t offset)
{
	size_t value;

	memcpy(&value, (const char *)base + offset, sizeof(value));
	return value;
}

/* "a", "a or b", "a, b or c": one more of `count` words. */
static void append_choice(struct bytes *out, const char *word, size_t index, size_t count)
{
	if (index > 0) {
		bytes_append_text(out, index + 1 == count ? " or " : ", ");
	}
	bytes_append_text(out, word);
}

static void expect_word(const struct config_word *words, struct bytes *out)
{
	size_t count = 0;
	size_t index = 0;

	for (const struct config_word *w = words; w->word != NULL; w++) {
		count += w->later ? 0 : 1;
	}
	for (const struct config_word *w = words; w->word != NULL; w++) {
		if (!w->later) {
			append_choice(out, w->word, index++, count);
		}
	}
}

static void expect_range(
	const struct config_key *key, enum config_units units, uint64_t weight, struct bytes *out)
{
	bytes_append_text(out, "from ");
	config_units_write(units, key->min * weight, out);
	bytes_append_text(out, " to ");
	config_units_write(units, key->max * weight, out);
}

static void expect_number(const struct config_key *key, struct bytes *out)
{
	if (key->words != NULL) {
		expect_word(key->words, out);
		bytes_append_text(out, " or ");
	}
	bytes_appendf(out, "a number from %llu to %llu", (unsigned long long)key->min,
		(unsigned long long)key->max);
}

static void expect_claims(struct bytes *out)
{
	bytes_append_text(out, "words of ");
	for (unsigned i = 0; i < POLICY_CLAIM_COUNT; i++) {
		bytes_append_text(out, i == 0 ? "" : i + 1 == POLICY_CLAIM_COUNT ? " and " : ", ");
		bytes_append_text(out, policy_claim_word(i));
	}
	bytes_append_text(out, ", separated by commas");
}

static void expect_source(bool with_codec, struct bytes *out)
{
	bytes_append_text(out, with_codec ? "param NAME CODEC or header NAME CODEC, the codec "
					  : "param NAME or header NAME");
	for (unsigned i = 0; with_codec && i < CERT_CODEC_COUNT; i++) {
		append_choice(out, cert_codec_word((enum cert_codec)i), i, CERT_CODEC_COUNT);
	}
}

void config_value_expected(const struct config_key *key, struct bytes *out)
{
	switch (key->type) {
	case CONFIG_BOOL:
		bytes_append_text(out, "yes or no");
		break;
	case CONFIG_NUMBER:
		expect_number(key, out);
		break;
	case CONFIG_SIZE:
	case CONFIG_BIG_SIZE:
		bytes_append_text(out, "a size ");
		expect_range(key, CONFIG_SIZE_UNITS, 1, out);
		break;
	case CONFIG_TIME_MS:
		if (key->words != NULL) {
			expect_word(key->words, out);
			bytes_append_text(out, " or ");
		}
		bytes_append_text(out, "a time ");
		expect_range(key, CONFIG_TIME_UNITS, 1, out);
		break;
	case CONFIG_TIME_S:
		bytes_append_text(out, "a time in whole seconds ");
		expect_range(key, CONFIG_TIME_UNITS, 1000, out);
		break;
	case CONFIG_WORD:
		expect_word(key->words, out);
		break;
	case CONFIG_MODE:
		bytes_appendf(out, "an octal mode up to %04llo", (unsigned long long)key->max);
		break;
	case CONFIG_PATH:
		bytes_append_text(out, "a path");
		break;
	case CONFIG_PATHS:
		bytes_append_text(out, "a path");
		break;
	case CONFIG_USER:
		bytes_append_text(out, "the name of a user");
		break;
	case CONFIG_GROUP:
		bytes_append_text(out, "the name of a group");
		break;
	case CONFIG_PREFIXES:
		bytes_append_text(out, "prefixes such as 192.0.2.0/24 or 2001:db8::/32, with no "
				       "bits set after the prefix, separated by commas");
		break;
	case CONFIG_ENDPOINTS:
		bytes_appendf(out,
			"up to %llu addresses such as 127.0.0.1, 127.0.0.1:5353 or [::1]:5353, "
			"separated by commas",
			(unsigned long long)key->max);
		break;
	case CONFIG_CLAIMS:
		expect_claims(out);
		break;
	case CONFIG_LISTEN:
		bytes_append_text(out, "unix:PATH, ADDRESS:PORT, [ADDRESS]:PORT, fd:N or systemd");
		break;
	case CONFIG_CERT_SOURCE:
		expect_source(true, out);
		break;
	case CONFIG_VERIFY_SOURCE:
		expect_source(false, out);
		break;
	case CONFIG_LOG:
		bytes_append_text(out, "stderr, syslog or file:PATH");
		break;
	case CONFIG_PARENT:
		bytes_append_text(out, "the name of a policy");
		break;
	case CONFIG_PIN:
		bytes_append_text(out,
			"a name, or one with a dot in front, and prefixes separated by "
			"commas");
		break;
	case CONFIG_ALLOW:
	case CONFIG_DENY:
		bytes_append_text(out, "a rule");
		break;
	case CONFIG_RDNS_ALLOW:
	case CONFIG_RDNS_DENY:
		bytes_append_text(out, "a regular expression");
		break;
	}
}

size_t config_value_count(const struct config_key *key, const void *base)
{
	switch (key->type) {
	case CONFIG_PREFIXES:
	case CONFIG_ENDPOINTS:
	case CONFIG_LISTEN:
	case CONFIG_PATHS:
		return load_size(base, key->second);
	case CONFIG_CLAIMS:
		return (size_t)__builtin_popcount(load_u32(base, key->offset));
	case CONFIG_PIN:
		return policy_pins_line_count(load_pointer(base, key->offset));
	default:
		return 1;
	}
}

static void write_word(const struct config_word *words, uint32_t value, struct bytes *out)
{
	for (; words->word != NULL; words++) {
		if (words->value == value && !words->later) {
			bytes_append_text(out, words->word);
			return;
		}
	}
}

static void write_listen(const struct net_listen_spec *spec, struct bytes *out)
{
	char text[ENDPOINT_TEXT_MAX];

	bytes_append_text(out, spec->protocol == NET_LISTEN_HTTP ? "http:" : "");
	switch (spec->kind) {
	case NET_LISTEN_UNIX:
		bytes_append_text(out, "unix:");
		bytes_append_str(out, spec->path);
		break;
	case NET_LISTEN_TCP:
		endpoint_format(&spec->endpoint, text);
		bytes_append_text(out, text);
		break;
	case NET_LISTEN_FD:
		bytes_appendf(out, "fd:%d", spec->fd);
		break;
	case NET_LISTEN_SYSTEMD:
		bytes_append_text(out, spec->name.len > 0 ? "systemd:" : "systemd");
		bytes_append_str(out, spec->name);
		break;
	}
}

static void write_prefix(const struct prefix *prefix, struct bytes *out)
{
	char text[ADDR_TEXT_MAX];

	addr_format(&prefix->addr, text);
	bytes_appendf(out, "%s/%u", text, prefix->len);
}

static void write_claim(uint32_t bits, size_t index, struct bytes *out)
{
	while (index-- > 0) {
		bits &= bits - 1;
	}
	bytes_append_text(out, policy_claim_word((enum policy_claim)__builtin_ctz(bits)));
}

static void write_log(const struct config_key *key, const void *base, struct bytes *out)
{
	switch ((enum log_target)load_u32(base, key->offset)) {
	case LOG_TO_STDERR:
		bytes_append_text(out, "stderr");
		break;
	case LOG_TO_SYSLOG:
		bytes_append_text(out, "syslog");
		break;
	case LOG_TO_FILE:
		bytes_appendf(out, "file:%s", (const char *)load_pointer(base, key->second));
		break;
	}
}

/* A text, or nothing where it is NULL. */
static void write_text(const char *text, struct bytes *out)
{
	bytes_append_text(out, text != NULL ? text : "");
}

static void write_scalar(const struct config_key *key, const void *base, struct bytes *out)
{
	bool flag;

	switch (key->type) {
	case CONFIG_BOOL:
		memcpy(&flag, (const char *)base + key->offset, sizeof(flag));
		bytes_append_text(out, flag ? "yes" : "no");
		break;
	case CONFIG_NUMBER:
		if (key->words != NULL && load_u32(base, key->offset) < key->min) {
			write_word(key->words, load_u32(base, key->offset), out);
		} else {
			bytes_appendf(out, "%u", load_u32(base, key->offset));
		}
		break;
	case CONFIG_SIZE:
		config_units_write(CONFIG_SIZE_UNITS, load_u32(base, key->offset), out);
		break;
	case CONFIG_BIG_SIZE:
		config_units_write(CONFIG_SIZE_UNITS, load_u64(base, key->offset), out);
		break;
	case CONFIG_TIME_MS:
		if (key->words != NULL && load_u32(base, key->offset) < key->min) {
			write_word(key->words, load_u32(base, key->offset), out);
			break;
		}
		config_units_write(CONFIG_TIME_UNITS, load_u32(base, key->offset), out);
		break;
	case CONFIG_TIME_S:
		config_units_write(CONFIG_TIME_UNITS, load_u32(base, key->offset) * 1000ULL, out);
		break;
	case CONFIG_WORD:
		write_word(key->words, load_u32(base, key->offset), out);
		break;
	case CONFIG_MODE:
		bytes_appendf(out, "%04o", load_u32(base, key->offset));
		break;
	case CONFIG_PATH:
	case CONFIG_USER:
	case CONFIG_GROUP:
		write_text(load_pointer(base, key->offset), out);
		break;
	case CONFIG_CERT_SOURCE:
	case CONFIG_VERIFY_SOURCE:
		config_cert_source_write((const void *)((const char *)base + key->offset),
			key->type == CONFIG_CERT_SOURCE, out);
		break;
	case CONFIG_LOG:
		write_log(key, base, out);
		break;
	default:
		break;
	}
}

void config_value_write(
	const struct config_key *key, const void *base, size_t index, struct bytes *out)
{
	char text[ENDPOINT_TEXT_MAX];

	switch (key->type) {
	case CONFIG_PREFIXES:
		write_prefix((const struct prefix *)load_pointer(base, key->offset) + index, out);
		break;
	case CONFIG_ENDPOINTS:
		endpoint_format(
			(const struct endpoint *)(const void *)((const char *)base + key->offset) +
				index,
			text);
		bytes_append_text(out, text);
		break;
	case CONFIG_LISTEN:
		write_listen(
			(const struct net_listen_spec *)load_pointer(base, key->offset) + index,
			out);
		break;
	case CONFIG_PATHS:
		bytes_append_text(
			out, ((const char *const *)load_pointer(base, key->offset))[index]);
		break;
	case CONFIG_PIN:
		bytes_append_str(out, policy_pins_line(load_pointer(base, key->offset), index));
		break;
	case CONFIG_CLAIMS:
		write_claim(load_u32(base, key->offset), index, out);
		break;
	default:
		write_scalar(key, base, out);
		break;
	}
}
