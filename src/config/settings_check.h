/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_SETTINGS_CHECK_H
#define DW_CONFIG_SETTINGS_CHECK_H

#include "config/config_private.h"

/*
 * Whether the keys of a section go together, once each is read or has its default: what cannot be
 * is an error, what is legal and unwise a warning. `given` is the first entry of each key of the
 * schema, NULL where the default holds.
 */

void config_check_server(struct config_loader *loader, const struct config_section_schema *schema,
	const struct config_ini_entry **given);
/* Settles what profile, cert_source, verify_source and trust_frontend come to. After [server]. */
void config_check_frontend(struct config_loader *loader, const struct config_section_schema *schema,
	const struct config_ini_entry **given);
void config_check_dns(struct config_loader *loader, const struct config_section_schema *schema,
	const struct config_ini_entry **given);

#endif
