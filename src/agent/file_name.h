/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AGENT_FILE_NAME_H
#define DW_AGENT_FILE_NAME_H

#include "agent/url.h"
#include "base/str.h"
#include "base/util.h"

#include <limits.h>
#include <stdbool.h>

/*
 * The name of the file with an agent's keys: its URL without https://, with %25 for each % and %2F
 * for each slash, and then .json.
 *
 *   https://agent.example              agent.example.json
 *   https://agent.example:8443         agent.example:8443.json
 *   https://agent.example/bots/a%2Cb   agent.example%2Fbots%2Fa%252Cb.json
 *
 * Each URL has one name, and each name is of one URL: no other spelling counts.
 */

#define AGENT_FILE_NAME_SUFFIX ".json"

/*
 * Writes the name of the file of an agent, `url` as agent_url_read writes it, with a NUL behind it.
 * False if it had more than NAME_MAX bytes: such an agent can have no file.
 */
NODISCARD bool agent_file_name_write(struct str url, char room[NAME_MAX + 1]);
/* Reads the URL of the agent whose file has this name; false if it is the name of no agent. */
NODISCARD bool agent_file_name_read(struct str name, char room[AGENT_URL_MAX], struct str *url);

#endif
