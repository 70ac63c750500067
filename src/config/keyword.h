/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_KEYWORD_H
#define DW_CONFIG_KEYWORD_H

#include "base/str.h"
#include "config/schema.h"

/*
 * The word of which a wrong value, or a part of it, is most likely a misspelling; NULL if no word
 * of the key is similar. Numbers are never misspellings.
 */
const char *config_keyword_meant(const struct config_key *key, struct str found);

#endif
