/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "fcgi/fault.h"

#define TLS_HANDSHAKE 0x16 /* RFC 8446 5.1: the first byte of a connection */

const char *fcgi_fault_describe(uint8_t first_byte, bool begins_connection)
{
	if (!begins_connection) {
		return "a record of another version than FastCGI 1, or bytes between two records";
	}
	if (first_byte >= 'A' && first_byte <= 'Z') {
		return "an HTTP request on a FastCGI socket: use fastcgi_pass (not proxy_pass) in "
		       "the front end, or listen = http:… here";
	}
	if (first_byte == TLS_HANDSHAKE) {
		return "TLS on a FastCGI socket: the front end must speak FastCGI, in plain";
	}
	return "not FastCGI: the first byte of a record is its version, 1";
}
