/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/pins.h"

#include "base/bytes.h"
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
};

static bool read_digest(struct str text, uint8_t digest[32])
{
	size_t step = text.len == 32 * 3 - 1 ? 3 : 2;

	if (text.len != 64 && step != 3) {
		return false;
	}
	for (size_t i = 0; i < 32; i++) {
		int high = ascii_hex_value(text.data[i * step]);
		int low = ascii_hex_value(text.data[i * step + 1]);

		if (high < 0 || low < 0 || (step == 3 && i < 31 && text.data[i * 3 + 2] != ':')) {
			return false;
		}
		digest[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool read_pin(struct str line, struct pin *pin)
{
	pin->kind = PIN_CERTIFICATE;
	if (str_starts_with(line, "spki:")) {
		pin->kind = PIN_KEY;
		line = str_trim(str_from(line, strlen("spki:")));
	}
	return read_digest(line, pin->digest);
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
		if (!read_pin(line, &pin)) {
			diag_error(diag, &place,
				"expected the SHA-256 of a certificate, or spki: and that of a "
				"public key, in 64 hexadecimal digits");
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
	bytes_init(&file, 0);
	bytes_init(&pins->pins, 0);

	bool good = cert_trust_file_file(path, PINS_FILE_MAX, &file);

	if (!good) {
		diag_error(diag, place, "cert_pins: %s: %s", path, strerror(errno));
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
		cert_pins_free(pins);
		return NULL;
	}
	qsort(pins->pins.data, pins->pins.len / sizeof(struct pin), sizeof(struct pin), compare);
	return pins;
}

void cert_pins_free(struct cert_pins *pins)
{
	if (pins != NULL) {
		bytes_clear(&pins->pins);
		free(pins);
	}
}

static bool find(const struct cert_pins *pins, enum pin_kind kind, struct str hex)
{
	struct pin pin = {.kind = (uint8_t)kind};

	return read_digest(hex, pin.digest) &&
	       bsearch(&pin, pins->pins.data, pins->pins.len / sizeof(pin), sizeof(pin), compare) !=
		       NULL;
}

bool cert_pins_match(const struct cert_pins *pins, struct str sha256, struct str spki)
{
	return find(pins, PIN_CERTIFICATE, sha256) || find(pins, PIN_KEY, spki);
}
