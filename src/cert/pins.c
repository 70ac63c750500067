/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/pins.h"

#include "base/bytes.h"
#include "base/file.h"
#include "base/fingerprint.h"
#include "base/hex.h"
#include "base/ref.h"
#include "cert/trust_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PINS_FILE_MAX (64 << 20)

/* A byte for the kind, then the digest, so that they sort as bytes. */
enum pin_kind { PIN_CERTIFICATE = 'c', PIN_KEY = 'k' };

struct pin {
	uint8_t kind;
	uint8_t digest[32];
};

struct cert_pins {
	struct bytes pins; /* of struct pin */
	struct ref references;
};

/* NULL, or what the line has instead of a fingerprint. */
static const char *read_pin(struct str line, struct pin *pin)
{
	struct fingerprint fingerprint;
	const char *why = fingerprint_read(line, &fingerprint);
	struct str digits = {fingerprint.digits, FINGERPRINT_DIGITS};

	if (why == NULL && hex_decode(digits, pin->digest, sizeof(pin->digest))) {
		pin->kind = fingerprint.of == FINGERPRINT_OF_KEY ? PIN_KEY : PIN_CERTIFICATE;
	}
	return why;
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct pin));
}

static bool read_lines(struct cert_pins *pins, struct str text, const char *path, struct diag *diag)
{
	struct place place = {path, 0, 0};
	size_t errors = diag->errors;
	struct str line;

	while (str_split_next(&text, '\n', &line)) {
		struct pin pin;

		place.line++;
		line = str_trim(line);
		if (line.len == 0 || line.data[0] == '#') {
			continue;
		}
		const char *why = read_pin(line, &pin);

		if (why != NULL) {
			diag_error(diag, &place,
				"this is not a fingerprint, %s: expected the SHA-256 of a "
				"certificate, or spki: and that of a public key, in 64 hexadecimal "
				"digits",
				why);
		} else {
			bytes_append(&pins->pins, &pin, sizeof(pin));
		}
	}
	return diag->errors == errors;
}

struct cert_pins *cert_pins_load(const char *path, const struct place *place, struct diag *diag)
{
	struct cert_pins *pins = calloc(1, sizeof(*pins));
	struct bytes file;

	if (pins == NULL) {
		diag_error(diag, place, "out of memory");
		return NULL;
	}
	ref_init(&pins->references);
	bytes_init(&file, 0);
	bytes_init(&pins->pins, 0);

	bool good = file_read(path, PINS_FILE_MAX, &file, NULL);

	if (!good) {
		diag_error(diag, place, "cert_pins: %s: %s", path,
			file_error_text(path, false, errno));
	} else {
		good = read_lines(pins, bytes_view(&file), path, diag);
		if (good && (pins->pins.failed || pins->pins.len == 0)) {
			diag_error(diag, place, "cert_pins: %s: %s", path,
				pins->pins.failed ? "out of memory"
						  : "expected a fingerprint; found none");
			good = false;
		}
	}
	bytes_clear(&file);
	if (!good) {
		cert_pins_unref(pins);
		return NULL;
	}
	qsort(pins->pins.data, pins->pins.len / sizeof(struct pin), sizeof(struct pin), compare);
	return pins;
}

struct cert_pins *cert_pins_ref(struct cert_pins *pins)
{
	if (pins != NULL) {
		ref_get(&pins->references);
	}
	return pins;
}

void cert_pins_unref(struct cert_pins *pins)
{
	if (pins != NULL && ref_put(&pins->references)) {
		bytes_clear(&pins->pins);
		free(pins);
	}
}

static bool find(const struct cert_pins *pins, enum pin_kind kind, struct str hex)
{
	struct pin pin = {.kind = (uint8_t)kind};

	return hex_decode(hex, pin.digest, sizeof(pin.digest)) &&
	       bsearch(&pin, pins->pins.data, pins->pins.len / sizeof(pin), sizeof(pin), compare) !=
		       NULL;
}

bool cert_pins_match(const struct cert_pins *pins, struct str sha256, struct str spki)
{
	return find(pins, PIN_CERTIFICATE, sha256) || find(pins, PIN_KEY, spki);
}
