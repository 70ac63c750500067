/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_FCGI_FAULT_H
#define DW_FCGI_FAULT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Describes what is wrong with a record whose first byte is not the protocol's version, and what
 * may help. At the beginning of a connection the front end mostly speaks another protocol.
 */
const char *fcgi_fault_describe(uint8_t first_byte, bool begins_connection);

#endif
