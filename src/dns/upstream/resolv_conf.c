/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/upstream/resolv_conf.h"

#include "base/file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define DNS_PORT 53
#define FILE_MAX (64 * 1024)
#define TIMEOUT_MAX_S 30 /* RES_MAXRETRANS */
#define ATTEMPTS_MAX 5   /* RES_MAXRETRY */

static bool is_listed(
	const struct endpoint *nameservers, size_t count, const struct endpoint *server)
{
	for (size_t i = 0; i < count; i++) {
		if (endpoint_eq(&nameservers[i], server)) {
			return true;
		}
	}
	return false;
}

/* "name:N" with N brought within 1 and `max`; false if the word is another. */
static bool option_number(struct str word, const char *name, uint32_t max, uint32_t *out)
{
	struct str prefix = str_view(name);
	uint64_t value;

	if (!str_starts_with(word, name) ||
		!str_to_u64(str_from(word, prefix.len), UINT64_MAX, &value)) {
		return false;
	}
	*out = value > max ? max : value < 1 ? 1 : (uint32_t)value;
	return true;
}

static void read_options(struct str line, struct dns_resolv_conf *out)
{
	struct str word;
	uint32_t number;

	while ((word = str_take_word(&line)).len > 0) {
		if (option_number(word, "timeout:", TIMEOUT_MAX_S, &number)) {
			out->timeout_ms = number * 1000;
		} else if (option_number(word, "attempts:", ATTEMPTS_MAX, &number)) {
			out->attempts = number;
		}
		out->rotate = out->rotate || str_eq_text(word, "rotate");
		out->use_vc = out->use_vc || str_eq_text(word, "use-vc");
		out->trust_ad = out->trust_ad || str_eq_text(word, "trust-ad");
	}
}

/* An address, perhaps with a zone, and no port. */
static bool read_server(struct str word, struct endpoint *out)
{
	return str_find(word, '[') == word.len && endpoint_parse(word, DNS_PORT, out) &&
	       (out->addr.family == ADDR_V6 || str_find(word, ':') == word.len ||
		       addr_parse(word, &out->addr));
}

static const char *what_is_wrong(struct str word)
{
	struct endpoint server;
	struct str cut = {word.data, word.len - 1};

	if (str_find(word, '%') < word.len) {
		return "its zone is not an interface of this host, or its address is not "
		       "link-local";
	}
	if (endpoint_parse(word, DNS_PORT, &server)) {
		return "resolv.conf takes an address without brackets and port; nameservers in "
		       "[dns] takes both";
	}
	if (read_server(cut, &server)) {
		return "something follows the address";
	}
	return "it is not an IP address";
}

/* False if there are too many. */
static bool read_nameserver(
	struct str line, const struct place *place, struct dns_resolv_conf *out, struct diag *diag)
{
	struct endpoint server;
	struct str word = str_take_word(&line);

	if (word.len == 0) {
		return true;
	}
	if (!read_server(word, &server)) {
		out->left_out = true;
		diag_warning(diag, place, "name server '%.*s' is left out: %s", (int)word.len,
			word.data, what_is_wrong(word));
		return true;
	}
	if (is_listed(out->nameservers, out->nameserver_count, &server)) {
		return true;
	}
	if (out->nameserver_count == DNS_MAX_UPSTREAMS) {
		diag_warning(diag, place, "more than %d name servers, the rest is left out",
			DNS_MAX_UPSTREAMS);
		return false;
	}
	out->nameservers[out->nameserver_count++] = server;
	return true;
}

void dns_resolv_conf_parse(
	struct str text, const char *path, struct dns_resolv_conf *out, struct diag *diag)
{
	struct place place = {.file = path};
	bool room = true;
	struct str line;

	*out = (struct dns_resolv_conf){.nameserver_count = 0};
	while (str_split_next(&text, '\n', &line)) {
		line = str_trim(line);
		struct str word = str_take_word(&line);

		place.line++;
		if (str_eq_text(word, "nameserver")) {
			room = room && read_nameserver(line, &place, out, diag);
		} else if (str_eq_text(word, "options")) {
			read_options(line, out);
		}
	}
	if (out->nameserver_count == 0 && out->left_out) {
		place.line = 0;
		diag_warning(diag, &place,
			"none of its name servers can be used: 127.0.0.1 is asked in their place; "
			"nameservers in [dns] says which to ask");
	}
	if (out->nameserver_count == 0) {
		out->nameservers[out->nameserver_count++] = (struct endpoint){
			.addr = {.family = ADDR_V4, .bytes = {127, 0, 0, 1}}, .port = DNS_PORT};
	}
}

bool dns_resolv_conf_read(const char *path, struct dns_resolv_conf *out, struct diag *diag)
{
	struct place place = {.file = path};
	struct bytes text;

	bytes_init(&text, 0);
	bool good = file_read(path, FILE_MAX, &text, NULL) || errno == ENOENT;

	if (!good) {
		diag_error(diag, &place, "cannot be read: %s", file_error_text(path, false, errno));
	} else {
		dns_resolv_conf_parse(bytes_view(&text), path, out, diag);
	}
	bytes_clear(&text);
	return good;
}

struct dns_resolv_conf_stamp dns_resolv_conf_stamp(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		return (struct dns_resolv_conf_stamp){.size = -1};
	}
	return (struct dns_resolv_conf_stamp){.device = st.st_dev,
		.inode = st.st_ino,
		.size = st.st_size,
		.changed_s = st.st_ctim.tv_sec,
		.changed_ns = st.st_ctim.tv_nsec};
}

bool dns_resolv_conf_stamp_eq(
	const struct dns_resolv_conf_stamp *a, const struct dns_resolv_conf_stamp *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       a->changed_s == b->changed_s && a->changed_ns == b->changed_ns;
}
