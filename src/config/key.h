/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_KEY_H
#define DW_CONFIG_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One key of the schema. The type of a value, and the C type at `offset` (and `second`). */
enum config_type {
	CONFIG_BOOL,          /* bool */
	CONFIG_NUMBER,        /* uint32_t; a word of `words` stands for its value */
	CONFIG_SIZE,          /* uint32_t, bytes */
	CONFIG_BIG_SIZE,      /* uint64_t, bytes */
	CONFIG_TIME_MS,       /* uint32_t; a word of `words` stands for its value */
	CONFIG_TIME_S,        /* uint32_t */
	CONFIG_WORD,          /* unsigned or an enum: the value of one of `words` */
	CONFIG_MODE,          /* mode_t */
	CONFIG_TEXT,          /* const char *, without blanks */
	CONFIG_PATH,          /* const char *, absolute */
	CONFIG_PATHS,         /* const char *const *, absolute; second: size_t; one a line */
	CONFIG_OIDS,          /* const char *const *, dotted decimal; second: size_t */
	CONFIG_USER,          /* const char *; second: uid_t, if any */
	CONFIG_GROUP,         /* const char *; second: gid_t, if any */
	CONFIG_PREFIXES,      /* const struct prefix *; second: size_t */
	CONFIG_ENDPOINTS,     /* struct endpoint[max]; second: size_t */
	CONFIG_CLAIMS,        /* unsigned, bits 1 << enum policy_claim */
	CONFIG_HEADERS,       /* unsigned, bits 1 << enum policy_header */
	CONFIG_LISTEN,        /* const struct net_listen_spec *; second: size_t */
	CONFIG_STORE,         /* const char *, of a Unix socket; second: struct endpoint */
	CONFIG_CERT_SOURCE,   /* struct cert_choice */
	CONFIG_VERIFY_SOURCE, /* struct cert_choice, without a codec */
	CONFIG_LOG,           /* enum log_target; second: const char * */
	CONFIG_PARENT,        /* not stored: resolved while loading */
	CONFIG_PIN,           /* struct policy_pins *, in the room policy */
	CONFIG_ALLOW,         /* the rules, in the room policy */
	CONFIG_DENY,
	CONFIG_RDNS_ALLOW,
	CONFIG_RDNS_DENY
};

/* Whether a key may stand several times in its section; its values add up. */
enum config_repeat {
	CONFIG_REPEAT_NOT,
	CONFIG_REPEAT_LINES, /* one value a line */
	CONFIG_REPEAT_COMMAS /* a line may have several, separated by commas */
};

/* For `second`: no second member (it cannot be the first one of struct config). */
#define CONFIG_NONE 0

struct config_word {
	const char *word; /* NULL ends the list */
	uint32_t value;   /* of several words with one value the first is printed */
	bool later;       /* known, but not supported by this version */
};

struct config_key {
	const char *name;
	enum config_type type;
	size_t offset; /* in struct config; in struct policy for the keys of [policy NAME] */
	size_t second;
	uint64_t min;
	uint64_t max;
	const struct config_word *words;
	const char *value;   /* the default, as it would be written; NULL: no default */
	const char *example; /* lines as in a file, with the other lines that they need */
	const char *help;    /* sentences for people */
	bool at_start;       /* read once: a change needs a restart */
};

#endif
