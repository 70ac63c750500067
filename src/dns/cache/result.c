/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/cache/result.h"

#include "base/ref.h"
#include "base/util.h"

#include <stdlib.h>
#include <string.h>

struct holder {
	struct dns_fcrdns_result result;
	struct ref references;
	uint32_t size;
	struct str items[]; /* the PTR's names, then the confirmed ones, then their text */
};

static struct holder *holder_of(const struct dns_fcrdns_result *result)
{
	return CONTAINER_OF((uintptr_t)result, struct holder, result);
}

const struct dns_fcrdns_result *dns_fcrdns_result_new(enum dns_fcrdns_status status, bool overload,
	struct str_list ptr, const bool *confirmed, uint64_t expires_ms)
{
	size_t chosen = 0;
	size_t text_len = 0;

	for (size_t i = 0; i < ptr.count; i++) {
		chosen += confirmed == NULL || confirmed[i];
		text_len += ptr.items[i].len + 1;
	}
	/* If all names are chosen, both lists share their items. */
	size_t items = chosen == ptr.count ? ptr.count : ptr.count + chosen;
	size_t size = sizeof(struct holder) + items * sizeof(struct str) + text_len;
	struct holder *h = malloc(size);

	if (h == NULL) {
		return NULL;
	}
	struct str *name = items == ptr.count ? h->items : h->items + ptr.count;
	char *text = (char *)(h->items + items);

	h->result = (struct dns_fcrdns_result){.status = status,
		.overload = overload,
		.expires_ms = expires_ms,
		.refresh_ms = UINT64_MAX,
		.names = {name, chosen},
		.ptr = {h->items, ptr.count}};
	ref_init(&h->references);
	h->size = (uint32_t)size;
	for (size_t i = 0; i < ptr.count; i++) {
		size_t len = ptr.items[i].len;

		memcpy(text, ptr.items[i].data, len);
		text[len] = '\0';
		h->items[i] = (struct str){text, len};
		if (items != ptr.count && confirmed[i]) {
			*name++ = h->items[i];
		}
		text += len + 1;
	}
	return &h->result;
}

void dns_fcrdns_result_refresh_from(const struct dns_fcrdns_result *result, uint64_t refresh_ms)
{
	holder_of(result)->result.refresh_ms = refresh_ms;
}

void dns_fcrdns_result_mark_unasked(const struct dns_fcrdns_result *result, size_t count)
{
	holder_of(result)->result.unasked =
		(struct str_list){result->ptr.items + (result->ptr.count - count), count};
}

void dns_fcrdns_result_mark_incomplete(const struct dns_fcrdns_result *result)
{
	holder_of(result)->result.incomplete = true;
}

size_t dns_fcrdns_result_size(const struct dns_fcrdns_result *result)
{
	return holder_of(result)->size;
}

const struct dns_fcrdns_result *dns_fcrdns_result_ref(const struct dns_fcrdns_result *result)
{
	ref_get(&holder_of(result)->references);
	return result;
}

void dns_fcrdns_result_unref(const struct dns_fcrdns_result *result)
{
	if (result == NULL) {
		return;
	}
	struct holder *h = holder_of(result);

	if (ref_put(&h->references)) {
		free(h);
	}
}

const char *dns_fcrdns_status_word(enum dns_fcrdns_status status)
{
	switch (status) {
	case DNS_FCRDNS_OFF:
		return "off";
	case DNS_FCRDNS_VERIFIED:
		return "verified";
	case DNS_FCRDNS_UNVERIFIED:
		return "unverified";
	case DNS_FCRDNS_MISMATCH:
		return "mismatch";
	case DNS_FCRDNS_NONE:
		return "none";
	case DNS_FCRDNS_PRIVATE:
		return "private";
	case DNS_FCRDNS_ERROR:
		break;
	}
	return "error";
}
