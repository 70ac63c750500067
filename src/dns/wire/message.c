/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/wire/message.h"

#include "base/reader.h"
#include "dns/wire/validate.h"

#include <ldns/ldns.h>
#include <stdio.h>
#include <string.h>

const char *dns_type_word(enum dns_type type, char buffer[16])
{
	switch (type) {
	case DNS_TYPE_A:
		return "A";
	case DNS_TYPE_NS:
		return "NS";
	case DNS_TYPE_CNAME:
		return "CNAME";
	case DNS_TYPE_SOA:
		return "SOA";
	case DNS_TYPE_PTR:
		return "PTR";
	case DNS_TYPE_TXT:
		return "TXT";
	case DNS_TYPE_AAAA:
		return "AAAA";
	case DNS_TYPE_OPT:
		return "OPT";
	}
	snprintf(buffer, 16, "TYPE%u", (unsigned)type & 0xffff);
	return buffer;
}

static bool put_question(ldns_pkt *packet, const struct dns_query *query)
{
	ldns_rr *question = ldns_rr_new();

	if (question == NULL) {
		return false;
	}
	ldns_rdf *name =
		ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, query->name.len, query->name.wire);

	ldns_rr_set_question(question, true);
	ldns_rr_set_owner(question, name);
	ldns_rr_set_type(question, (ldns_rr_type)query->type);
	ldns_rr_set_class(question, LDNS_RR_CLASS_IN);
	if (name == NULL || !ldns_pkt_push_rr(packet, LDNS_SECTION_QUESTION, question)) {
		ldns_rr_free(question);
		return false;
	}
	return true;
}

/* The OPT is the message's end, and empty: its RDLENGTH is the message's last field. */
static size_t append_cookie(const struct dns_cookie *cookie, uint8_t out[DNS_QUERY_MAX], size_t len)
{
	put_u16(out + len - 2, (uint16_t)(4 + cookie->len));
	put_u16(out + len, DNS_OPTION_COOKIE);
	put_u16(out + len + 2, cookie->len);
	memcpy(out + len + 4, cookie->bytes, cookie->len);
	return len + 4 + cookie->len;
}

size_t dns_query_build(const struct dns_query *query, uint8_t out[DNS_QUERY_MAX])
{
	size_t len = 0;
	ldns_pkt *packet = ldns_pkt_new();
	ldns_buffer *buffer = ldns_buffer_new(DNS_QUERY_MAX);

	if (packet == NULL || buffer == NULL || !put_question(packet, query)) {
		goto out;
	}
	ldns_pkt_set_id(packet, query->id);
	ldns_pkt_set_rd(packet, true);
	ldns_pkt_set_ad(packet, query->want_ad);
	if (query->edns_size > 0) {
		ldns_pkt_set_edns_udp_size(packet, query->edns_size);
		ldns_pkt_set_edns_do(packet, query->dnssec_ok);
	}
	/* With NULL for the compression tree: a query has nothing to compress, and the tree costs
	 * time cubic in the labels. */
	if (ldns_pkt2buffer_wire_compress(buffer, packet, NULL) != LDNS_STATUS_OK ||
		ldns_buffer_position(buffer) > DNS_QUERY_MAX - 4 - DNS_COOKIE_MAX) {
		goto out;
	}
	len = ldns_buffer_position(buffer);
	memcpy(out, ldns_buffer_begin(buffer), len);
	if (query->edns_size > 0 && query->cookie.len > 0) {
		len = append_cookie(&query->cookie, out, len);
	}
out:
	ldns_buffer_free(buffer);
	ldns_pkt_free(packet);
	return len;
}

/* An error that a server may send without its copy of the question section. */
static bool rcode_without_question(unsigned rcode)
{
	return rcode == DNS_RCODE_FORMERR || rcode == DNS_RCODE_SERVFAIL ||
	       rcode == DNS_RCODE_NOTIMP || rcode == DNS_RCODE_REFUSED;
}

static bool folds_to(const struct dns_name *name, const uint8_t *wire)
{
	struct dns_name other = {.len = name->len};
	struct dns_name lower = *name;

	memcpy(other.wire, wire, other.len);
	dns_name_lower(&other);
	dns_name_lower(&lower);
	return dns_name_eq(&lower, &other);
}

enum dns_match dns_reply_match(const struct dns_query *query, const uint8_t *reply, size_t len)
{
	struct dns_header header;
	struct reader r;

	if (!dns_header_read(reply, len, &header) || (header.flags & DNS_FLAG_QR) == 0 ||
		(header.flags & DNS_FLAG_OPCODE) != 0) {
		return DNS_MATCH_NOT_A_REPLY;
	}
	if (header.id != query->id) {
		return DNS_MATCH_WRONG_ID;
	}
	if (header.questions == 0) {
		return rcode_without_question(header.flags & DNS_FLAG_RCODE) &&
				       header.records[0] == 0 && header.records[1] == 0 &&
				       header.records[2] == 0
			       ? DNS_MATCH_YES
			       : DNS_MATCH_WRONG_QUESTION;
	}
	reader_init(&r, reply + DNS_HEADER_SIZE, len - DNS_HEADER_SIZE);
	const uint8_t *name = reader_take(&r, query->name.len);
	uint16_t type = reader_u16(&r);
	uint16_t class = reader_u16(&r);

	/*
	 * RFC 5452 section 4.2; the case of the name is random, and must come back as it was sent.
	 */
	if (r.failed || header.questions != 1 || type != (uint16_t)query->type ||
		class != DNS_CLASS_IN) {
		return DNS_MATCH_WRONG_QUESTION;
	}
	if (memcmp(name, query->name.wire, query->name.len) == 0) {
		return DNS_MATCH_YES;
	}
	return folds_to(&query->name, name) ? DNS_MATCH_WRONG_CASE : DNS_MATCH_WRONG_QUESTION;
}
