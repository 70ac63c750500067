/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_RULE_H
#define DW_POLICY_RULE_H

#include "base/diag.h"
#include "base/str.h"
#include "policy/list_file.h"
#include "policy/policy.h"
#include "policy/rate.h"

/*
 * The rule language: terms joined by " & ".
 *
 *   *                      always true; stands alone
 *   [!]FIELD VALUE         equality; host, cert.dns: a name, or .name for it and all below; ip,
 *                          cert.ip: an address or a prefix; forward: a name; dnsbl: a zone
 *   [!]FIELD ~ REGEX       PCRE2, caseless, unanchored, on bytes; not for ip, cert.ip, forward,
 *                          dnsbl, rate, agent
 *   [!]FIELD in file:PATH  one value a line; a line that begins with # is a comment; at most 64
 *                          names for forward, none for dnsbl: each costs a query; not for rate
 *   [!]FIELD in json:PATH  ip and cert.ip: prefixes in the JSON that vendors publish, with a
 *                          #POINTER to them if need be; see json_list.h and net_list.h
 *   [!]cert present        the request carries a certificate; cert verified: it passed its checks
 *   [!]dnsbl ZONE = CODES  the client is listed by one of these codes; see dnsbl_code.h. An
 *                          allow by dnsbl, and a deny by !dnsbl, must name codes.
 *   [!]rate N/UNIT         the client is above N requests a UNIT (s, m, h); rate host N/UNIT: all
 *                          that share its first name are; rate cert N/UNIT: its verified
 *                          certificate; rate asn N/UNIT: its autonomous system; rate net/24 or
 *                          net/24,48 N/UNIT: a prefix of IPv4, and of IPv6 (otherwise /64); a
 *                          client without these is counted by address
 *
 * Fields: host, forward, dnsbl, rate, ban, agent, ip, asn, country, cert, cert.dns, cert.ip,
 * cert.email, cert.uri, cert.cn and issuer.cn and those of the other dn_attribute_words,
 * cert.subject, cert.issuer, cert.serial, cert.sha256, cert.spki, cert.issuer_spki, cert.anchor,
 * user_agent, uri, uri_raw, method, http_host.
 *
 * Which rules of a long list a client's names, certificate or address leave as candidates is cached
 * (see match_cache.h): a rule with a `host`, `cert.*` or `ip` term without ! costs nothing for a
 * known client whose value fails that term.
 *
 * If a client has several values, a term is true if any matches; with !, if none does. Blanks
 * (spaces, tabs) around terms and between their parts do not count. A & without blanks around it is
 * part of the value; with a blank on one side only it is an error; in a regex \x26 stands for it.
 *
 * Equality is of bytes, but without case for host names, http_host, and the part of an e-mail
 * address after the @; names in certificates and their attributes are compared as dn_compare.h
 * says. cert.subject and cert.issuer are RFC 2253 text. cert.serial is hexadecimal
 * in any spelling (colons, 0x, capitals, leading zeros), as are cert.sha256, cert.spki,
 * cert.issuer_spki and cert.anchor.
 *
 * A rate is a bucket that holds N tokens and is filled by N in each UNIT. Each request for which
 * the rule's other terms, except further rates, are all true takes a token; the rate is true for a
 * request that finds none. A list of rules has at most POLICY_RATES_MAX of them.
 *
 * asn and country are those of the network of the client's address, by a database; unknown if it
 * does not have them. Their values may be several, separated by commas; asn known and country known
 * are true if they are known, else false.
 *
 * agent is the URL of the agent that signed the request (agent_url.h), not of one that is only
 * claimed: a signature that could not be verified makes the term unknown for the agent that it
 * claims, and false for others.
 *
 * A certificate that failed its checks gives no cert.* values. cert.issuer_spki and cert.anchor are
 * unknown of one that passed without a chain. A User-Agent that did not come is
 * empty; another missing claim is unknown, and so is a claim that can be understood in several ways
 * (see claim.h) about which the term differs. A regex about more than 8192 bytes has run into its
 * limits; see regex.h for the time that it may take.
 */

struct policy_rule;

/* NULL when out of memory. */
struct policy_rules *policy_rules_new(void);
void policy_rules_free(struct policy_rules *rules);

/*
 * Compiles one rule and appends it. `text` is the value of the key, the parts of a continued rule
 * joined by one space; `place` is where it begins, its column that of the value. A relative PATH
 * starts from the folder of place->file. False after at least one diag_error; the list then is
 * unchanged. Warnings (such as a claim that alone allows) go to `diag` too.
 */
NODISCARD bool policy_rules_add(struct policy_rules *rules, enum policy_action action,
	struct str text, const struct place *place, struct diag *diag);
/* The same for a rule that continues in further lines, whose text has no blanks around it. */
NODISCARD bool policy_rules_add_parts(struct policy_rules *rules, enum policy_action action,
	struct str text, const struct place *place, const struct place_part *parts,
	size_t part_count, struct diag *diag);
/*
 * rdns_allow = REGEX and rdns_deny = REGEX: adds the rule `host ~ REGEX`, which is also its text.
 */
NODISCARD bool policy_rules_add_rdns(struct policy_rules *rules, enum policy_action action,
	struct str regex, const struct place *place, struct diag *diag);

/* NULL counts as empty, here and in the functions that follow. */
size_t policy_rules_count(const struct policy_rules *rules);
const struct policy_rule *policy_rules_at(const struct policy_rules *rules, size_t index);
/* Whether any rule has a `host` or `rate host` term. */
bool policy_rules_need_names(const struct policy_rules *rules);
/* Whether any rule has an `asn` or `rate asn` term, or a `country` term. */
bool policy_rules_need_asn(const struct policy_rules *rules);
bool policy_rules_need_country(const struct policy_rules *rules);
/* Whether any rule has an `agent` term. */
bool policy_rules_need_agent(const struct policy_rules *rules);
/* The claims that the rules read: bit 1 << enum policy_claim. */
unsigned policy_rules_claims(const struct policy_rules *rules);
/* The lookups of `forward` and `dnsbl` terms, numbered from 0. At most POLICY_LOOKUPS_MAX. */
size_t policy_rules_lookup_count(const struct policy_rules *rules);
const struct policy_lookup *policy_rules_lookup(const struct policy_rules *rules, size_t index);

size_t policy_rules_list_count(const struct policy_rules *rules);
const struct policy_list_file *policy_rules_list(const struct policy_rules *rules, size_t index);

/* The `rate` terms, numbered from 0. At most POLICY_RATES_MAX. */
size_t policy_rules_rate_count(const struct policy_rules *rules);
const struct policy_rate *policy_rules_rate(const struct policy_rules *rules, size_t index);

enum policy_action policy_rule_action(const struct policy_rule *rule);
/* As written: "user_agent ~ googlebot & host .googlebot.com". */
struct str policy_rule_text(const struct policy_rule *rule);
/* "FILE:LINE". */
struct str policy_rule_place(const struct policy_rule *rule);
size_t policy_rule_term_count(const struct policy_rule *rule);
/* The term as written, "!host .google.com", in the order of the text. */
struct str policy_rule_term_text(const struct policy_rule *rule, size_t index);

#endif
