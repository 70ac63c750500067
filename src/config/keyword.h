/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_KEYWORD_H
#define DW_CONFIG_KEYWORD_H

#include "base/str.h"
#include "config/schema.h"

/*
 * The word that a refused value, or a part of it, most likely misspells; NULL if the key takes none
 * that is near. Numbers are nothing that is misspelt.
 */
const char *config_keyword_meant(const struct config_key *key, struct str found);

#endif
