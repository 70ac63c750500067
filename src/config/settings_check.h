/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_SETTINGS_CHECK_H
#define DW_CONFIG_SETTINGS_CHECK_H

#include "config/config_private.h"

/*
 * Check that the keys of a section fit together, once each is read or has its default: impossible
 * settings are errors, valid but unwise ones warnings. `given` is the first entry of each key of
 * the schema, NULL if the default is used.
 */

void config_check_server(struct config_loader *loader, const struct config_section_schema *schema,
	const struct config_ini_entry **given);
/* Resolves profile, cert_source, verify_source and trust_frontend. After [server]. */
void config_check_frontend(struct config_loader *loader, const struct config_section_schema *schema,
	const struct config_ini_entry **given);
/* That a store has what it needs. */
void config_check_shared(struct config_loader *loader, const struct config_section_schema *schema,
	const struct config_ini_entry **given);
void config_check_dns(struct config_loader *loader, const struct config_section_schema *schema,
	const struct config_ini_entry **given);

#endif
