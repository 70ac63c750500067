/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AGENT_KEYS_H
#define DW_AGENT_KEYS_H

#include "agent/key.h"
#include "base/diag.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The public keys of agents: a folder of JSON Web Key Sets (RFC 7517 5), each as its agent serves
 * it: at its URL if that has a path, else at the well-known path below it. The name of a file is
 * made of the agent's URL (agent/file_name.h):
 *
 *   chatgpt.com.json               the keys of https://chatgpt.com
 *   agent.example:8443.json        the keys of https://agent.example:8443
 *   agent.example%2Fjwks.json      the keys of https://agent.example/jwks
 *
 * So what is fetched from a URL can be saved under no name but its own, and a file cannot speak for
 * another agent. Files whose names begin with a dot are not read: a download is written under such
 * a name, and renamed. Other names are reported.
 *
 * A key is found by the pair of URL and thumbprint (RFC 7638, SHA-256), never by its thumbprint
 * alone: two agents may publish the same key, and one of them must not speak for the other.
 *
 * At a URL with a path, a file may also be a Client ID Metadata Document with that URL as its
 * `client_id` and the key set as its member `jwks`; its `jwks_uri` is not followed.
 *
 * Of a key set, these keys are used; others are left out with a warning:
 *
 *   {"kty": "OKP", "crv": "Ed25519", "x"}          ed25519 (RFC 8037)
 *   {"kty": "EC", "crv": "P-256", "x", "y"}        ecdsa-p256-sha256
 *   {"kty": "RSA", "n", "e"}                       rsa-pss-sha512; 2048 to 4096 bits
 *
 * `kid`, if it is there, must be the thumbprint, except at the URL of a jwks_uri or cimd, where it
 * is ignored. `use` must be absent or "sig", `key_ops` absent or with "verify", `alg` absent or
 * that of the table, also by the names of JOSE (EdDSA, Ed25519, ES256, PS512). `nbf` and `exp` are
 * seconds since 1970-01-01 UTC, or milliseconds if they are at least AGENT_JWK_MILLISECONDS; a key
 * is used from `nbf` until before `exp`. Private keys, with a member `d`, are left out, and so are
 * the example keys of RFC 9421 B.1, whose private keys anyone can read there.
 *
 * Read once, then immutable and shared by all threads.
 */
struct agent_keys;

#define AGENT_KEYS_FILE_MAX (256U << 10) /* bytes of one file */
#define AGENT_KEYS_MAX 64                /* keys of one agent */
#define AGENT_KEYS_AGENTS_MAX 1024

/* Whether the example keys of RFC 9421 are accepted, which only tests do. */
enum agent_example_keys { AGENT_REFUSE_EXAMPLE_KEYS, AGENT_ACCEPT_EXAMPLE_KEYS };

/* Without any key; NULL when out of memory. Starts with one reference. */
struct agent_keys *agent_keys_new(enum agent_example_keys example_keys);
struct agent_keys *agent_keys_ref(struct agent_keys *keys);
void agent_keys_unref(struct agent_keys *keys);

/*
 * Adds the keys of all files of a folder. A file that cannot be read, or is not a key set, is
 * reported at its own place ("FILE: keys[2].x: ..."): where `before`, what was read earlier, has
 * keys of that agent, as a warning, and these stay in force; else as an error. A file that is gone
 * has no keys any longer, and a key that is gone from a file is gone. False after at least one
 * diag_error. `from` is where the folder is configured. The keys are complete afterwards: no file
 * is added to keys that other threads can see.
 */
NODISCARD bool agent_keys_add_folder(struct agent_keys *keys, const char *folder,
	const struct agent_keys *before, const struct place *from, struct diag *diag);
/* The same for one file, of the agent with this URL (agent_url_read_configured). */
NODISCARD bool agent_keys_add_file(struct agent_keys *keys, struct str url, const char *path,
	const struct agent_keys *before, const struct place *from, struct diag *diag);
/* The same for a text in memory; `name` stands for the file. */
NODISCARD bool agent_keys_add_text(struct agent_keys *keys, struct str url, struct str text,
	const char *name, struct diag *diag);

/* Another number once a file of the folder is added, removed, replaced or written to. */
uint64_t agent_keys_folder_stamp(const char *folder);

/* The files of the last agent_keys_add_ that could not be used. */
size_t agent_keys_bad_files(const struct agent_keys *keys);
/* The agents with a file, whether or not it has a usable key; and all keys. */
size_t agent_keys_agent_count(const struct agent_keys *keys);
size_t agent_keys_key_count(const struct agent_keys *keys);
/* Whether the agent has a file; `url` as agent_url_read writes it. */
bool agent_keys_has_agent(const struct agent_keys *keys, struct str url);
/*
 * The agent's key of that thumbprint, whether or not this is its time; NULL: it has none. Valid as
 * long as `keys`.
 */
const struct agent_key *agent_keys_find(const struct agent_keys *keys, struct str url,
	const uint8_t thumbprint[AGENT_THUMBPRINT_LEN]);

#endif
