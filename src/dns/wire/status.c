/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/wire/status.h"

enum dns_status dns_status_of(enum dns_answer_kind kind)
{
	switch (kind) {
	case DNS_ANSWER_DATA:
		return DNS_STATUS_DATA;
	case DNS_ANSWER_CNAME:
		return DNS_STATUS_CNAME;
	case DNS_ANSWER_NODATA:
		return DNS_STATUS_NODATA;
	case DNS_ANSWER_NXDOMAIN:
		return DNS_STATUS_NXDOMAIN;
	case DNS_ANSWER_CNAME_LOOP:
		return DNS_STATUS_CNAME_LOOP;
	case DNS_ANSWER_CNAME_TOO_LONG:
		return DNS_STATUS_CNAME_TOO_LONG;
	case DNS_ANSWER_TRUNCATED:
		return DNS_STATUS_TRUNCATED;
	case DNS_ANSWER_SERVFAIL:
	case DNS_ANSWER_EXTENDED:
	case DNS_ANSWER_BAD_COOKIE:
		return DNS_STATUS_SERVFAIL;
	case DNS_ANSWER_REFUSED:
		return DNS_STATUS_REFUSED;
	case DNS_ANSWER_LAME:
		return DNS_STATUS_LAME;
	case DNS_ANSWER_NO_EDNS:
	case DNS_ANSWER_MALFORMED:
		break;
	}
	return DNS_STATUS_MALFORMED;
}

bool dns_status_is_failure(enum dns_status status)
{
	return status > DNS_STATUS_CNAME_LOOP;
}

bool dns_status_is_local(enum dns_status status)
{
	return status >= DNS_STATUS_OVERLOAD;
}

const char *dns_status_word(enum dns_status status)
{
	switch (status) {
	case DNS_STATUS_DATA:
		return "data";
	case DNS_STATUS_CNAME:
		return "CNAME";
	case DNS_STATUS_NODATA:
		return "NODATA";
	case DNS_STATUS_NXDOMAIN:
		return "NXDOMAIN";
	case DNS_STATUS_CNAME_LOOP:
		return "CNAME loop";
	case DNS_STATUS_CNAME_TOO_LONG:
		return "too many CNAMEs";
	case DNS_STATUS_TRUNCATED:
		return "truncated";
	case DNS_STATUS_SERVFAIL:
		return "SERVFAIL";
	case DNS_STATUS_REFUSED:
		return "REFUSED";
	case DNS_STATUS_LAME:
		return "lame";
	case DNS_STATUS_MALFORMED:
		return "malformed";
	case DNS_STATUS_NOT_AUTHENTIC:
		return "not authentic";
	case DNS_STATUS_TIMEOUT:
		return "timeout";
	case DNS_STATUS_UNREACHABLE:
		return "unreachable";
	case DNS_STATUS_TOO_MANY:
		return "too many queries";
	case DNS_STATUS_OVERLOAD:
		return "overload";
	case DNS_STATUS_NO_MEMORY:
		break;
	}
	return "out of memory";
}
