/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/keyword.h"

#include "base/suggest.h"
#include "base/util.h"
#include "cert/profile.h"
#include "policy/policy.h"

#include <assert.h>

#define WORDS_MAX 32 /* the most words of one key */

static const char *const flags[] = {"yes", "no", "true", "false"};
static const char *const logs[] = {"stderr", "syslog"};
static const char *const sources[] = {"param", "header"};

struct words {
	const char *items[WORDS_MAX];
	size_t count;
};

static void add(struct words *words, const char *word)
{
	assert(words->count < WORDS_MAX);
	words->items[words->count++] = word;
}

static void add_all(struct words *words, const char *const *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		add(words, items[i]);
	}
}

/* Adds the words of a key without a list of words in the schema. */
static void add_by_type(struct words *words, enum config_type type)
{
	switch (type) {
	case CONFIG_BOOL:
		add_all(words, flags, ARRAY_LEN(flags));
		break;
	case CONFIG_LOG:
		add_all(words, logs, ARRAY_LEN(logs));
		break;
	case CONFIG_LISTEN:
		add(words, "systemd");
		break;
	case CONFIG_CLAIMS:
		for (unsigned i = 0; i < POLICY_CLAIM_COUNT; i++) {
			add(words, policy_claim_word(i));
		}
		break;
	case CONFIG_HEADERS:
		for (unsigned i = 0; i < POLICY_HEADER_COUNT; i++) {
			add(words, policy_header_name(i));
		}
		break;
	case CONFIG_CERT_SOURCE:
		for (unsigned i = 0; i < CERT_CODEC_COUNT; i++) {
			add(words, cert_codec_word((enum cert_codec)i));
		}
		add_all(words, sources, ARRAY_LEN(sources));
		break;
	case CONFIG_VERIFY_SOURCE:
		add_all(words, sources, ARRAY_LEN(sources));
		break;
	default:
		break;
	}
}

const char *config_keyword_meant(const struct config_key *key, struct str found)
{
	struct words words = {.count = 0};
	struct str part;

	for (const struct config_word *w = key->words; w != NULL && w->word != NULL; w++) {
		if (!ascii_is_digit(w->word[0])) {
			add(&words, w->word);
		}
	}
	add_by_type(&words, key->type);
	while (str_split_next(&found, ' ', &part)) {
		const char *meant = suggest(part, words.items, words.count);

		if (meant != NULL && !str_eq_text(part, meant)) {
			return meant;
		}
	}
	return NULL;
}
