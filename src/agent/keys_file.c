/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/file_name.h"
#include "agent/jwk.h"
#include "agent/keys.h"
#include "agent/keys_private.h"
#include "agent/url.h"
#include "base/bytes.h"
#include "base/file.h"
#include "base/file_stamp.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A key set being read. */
struct reading {
	struct agent_keys *keys;
	const struct agent_keys *before; /* may be NULL */
	struct str url;                  /* in its only form */
	const char *name;
	struct diag *diag;
	struct bytes where; /* "FILE: keys[3].x", ended by a NUL */
};

/* Reports why the file cannot be used, as a warning where the keys that it had stay in force. */
static bool PRINTF_LIKE(3, 4)
	fail(const struct reading *r, const struct place *place, const char *format, ...)
{
	bool kept = r->before != NULL && agent_keys_has_agent(r->before, r->url);
	struct bytes text;
	va_list args;

	bytes_init(&text, 0);
	va_start(args, format);
	bytes_vappendf(&text, format, args);
	va_end(args);
	bytes_append_u8(&text, '\0');
	(kept ? diag_warning : diag_error)(
		r->diag, place, "%s", text.failed ? "out of memory" : (const char *)text.data);
	bytes_clear(&text);
	return false;
}

/* The place of a member (NULL: of the key itself). Its file is valid until the next call. */
static struct place place_of(struct reading *r, size_t index, const char *member)
{
	r->where.len = 0;
	bytes_appendf(&r->where, "%s: keys[%zu]%s%s", r->name, index, member != NULL ? "." : "",
		member != NULL ? member : "");
	bytes_append_u8(&r->where, 0);
	return (struct place){.file = r->where.failed ? r->name : (const char *)r->where.data};
}

/* Adds one key to the set, or says why it is not used; false when out of memory. */
static bool take_key(struct reading *r, struct agent_key_set *set, const json_t *jwk, size_t index)
{
	const struct agent_jwk_terms terms = {.kid_is_thumbprint = agent_url_is_origin(r->url),
		.accepts_examples = agent_keys_accepts_examples(r->keys)};
	struct agent_jwk_error error;
	struct agent_key key;
	struct place place;

	if (!agent_jwk_read(jwk, &terms, &key, &error)) {
		place = place_of(r, index, error.member);
		diag_warning(r->diag, &place, "%s; the key is not used", error.what);
		return true;
	}
	enum agent_key_set_added added = agent_key_set_take(set, &key);

	if (added == AGENT_KEY_SET_TWICE) {
		place = place_of(r, index, NULL);
		diag_warning(r->diag, &place, "the same key as an earlier one; it is not used");
	}
	return added != AGENT_KEY_SET_NO_MEMORY;
}

/*
 * The key set of a document: itself, or the member `jwks` of a Client ID Metadata Document, which
 * must be that of the agent.
 */
static const json_t *key_set_of(const struct reading *r, const json_t *document)
{
	const json_t *id = json_object_get(document, "client_id");
	char room[AGENT_URL_MAX];
	struct str url;

	if (id == NULL || agent_url_is_origin(r->url)) {
		return document;
	}
	struct str text = {json_string_value(id), json_string_length(id)};

	return agent_url_read(AGENT_URL_CIMD, text, room, &url) && str_eq(url, r->url)
		       ? json_object_get(document, "jwks")
		       : NULL;
}

/* Reads a key set (RFC 7517 5). */
static bool take_keys(struct reading *r, struct agent_key_set *set, const json_t *document)
{
	const json_t *list = json_object_get(key_set_of(r, document), "keys");
	struct place place = {.file = r->name};

	if (!json_is_array(list)) {
		return fail(r, &place,
			"is not a JSON Web Key Set: expected an object with a list \"keys\"%s",
			agent_url_is_origin(r->url) ? ""
						    : ", or with this URL as \"client_id\" and a "
						      "key set as \"jwks\"");
	}
	if (json_array_size(list) > AGENT_KEYS_MAX) {
		return fail(r, &place, "%zu keys: expected at most %d", json_array_size(list),
			AGENT_KEYS_MAX);
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (!take_key(r, set, json_array_get(list, i), i)) {
			return fail(r, &place, "out of memory");
		}
	}
	if (agent_key_set_count(set) == 0) {
		diag_warning(r->diag, &place,
			"no key that can be used: no signature of this agent is verified");
	}
	return true;
}

static bool parse(struct reading *r, struct agent_key_set *set, struct str text)
{
	struct place place = {.file = r->name};
	json_error_t error;

	json_t *document = json_loadb(
		text.data != NULL ? text.data : "", text.len, JSON_REJECT_DUPLICATES, &error);

	if (document == NULL) {
		place.line = error.line > 0 ? (unsigned)error.line : 0;
		place.column = error.column > 0 ? (unsigned)error.column : 0;
		return fail(r, &place, "is not JSON: %s", error.text);
	}
	bytes_init(&r->where, 0);
	bool good = take_keys(r, set, document);

	bytes_clear(&r->where);
	json_decref(document);
	return good;
}

/* Whether the agent may still be added. */
static bool is_new(const struct reading *r, const struct place *place)
{
	if (agent_keys_has_agent(r->keys, r->url)) {
		return fail(
			r, place, "%.*s has keys from another file", (int)r->url.len, r->url.data);
	}
	if (agent_keys_agent_count(r->keys) == AGENT_KEYS_AGENTS_MAX) {
		return fail(
			r, place, "too many agents: expected at most %d", AGENT_KEYS_AGENTS_MAX);
	}
	return true;
}

static bool add_text(struct reading *r, struct str text)
{
	struct place place = {.file = r->name};
	struct agent_key_set *set;

	if (!is_new(r, &place)) {
		return false;
	}
	set = agent_key_set_new();
	if (set == NULL) {
		return fail(r, &place, "out of memory");
	}
	if (!parse(r, set, text)) {
		agent_key_set_unref(set);
		return false;
	}
	return agent_keys_take_set(r->keys, r->url, set) || fail(r, &place, "out of memory");
}

/* Only a regular file: a load must not wait for a pipe. */
static bool add_file(struct reading *r)
{
	struct place place = {.file = r->name};
	struct file_identity identity;
	struct bytes text;
	struct stat st;
	bool good = false;

	bytes_init(&text, 0);
	if (stat(r->name, &st) == 0 && !S_ISREG(st.st_mode)) {
		fail(r, &place, "is not a regular file: expected a JSON Web Key Set");
	} else if (file_read(r->name, AGENT_KEYS_FILE_MAX, &text, &identity)) {
		good = add_text(r, bytes_view(&text));
	} else if (errno == EFBIG) {
		fail(r, &place, "is too long: expected at most %u bytes", AGENT_KEYS_FILE_MAX);
	} else {
		fail(r, &place, "cannot be read: %s", file_error_text(r->name, false, errno));
	}
	bytes_clear(&text);
	if (good) {
		return true;
	}
	agent_keys_count_bad_file(r->keys);
	return agent_keys_keep(r->keys, r->url, r->before);
}

static bool read_url(struct str text, char room[AGENT_URL_MAX], const struct place *place,
	struct str *url, struct diag *diag)
{
	if (!agent_url_read_configured(text, room, url)) {
		diag_error(diag, place,
			"%.*s is not the URL of an agent: expected https://HOST, perhaps with a "
			"port and a path, as its signatures have it in Signature-Agent",
			(int)text.len, text.data);
		return false;
	}
	return true;
}

bool agent_keys_add_text(struct agent_keys *keys, struct str url, struct str text, const char *name,
	struct diag *diag)
{
	struct reading r = {.keys = keys, .name = name, .diag = diag};
	struct place place = {.file = name};
	char room[AGENT_URL_MAX];

	return read_url(url, room, &place, &r.url, diag) && add_text(&r, text);
}

bool agent_keys_add_file(struct agent_keys *keys, struct str url, const char *path,
	const struct agent_keys *before, const struct place *from, struct diag *diag)
{
	struct reading r = {.keys = keys, .before = before, .name = path, .diag = diag};
	char room[AGENT_URL_MAX];

	return read_url(url, room, from, &r.url, diag) && add_file(&r);
}

static int is_key_file(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > strlen(AGENT_FILE_NAME_SUFFIX) &&
	       strcmp(entry->d_name + len - strlen(AGENT_FILE_NAME_SUFFIX),
		       AGENT_FILE_NAME_SUFFIX) == 0;
}

static bool join(char out[PATH_MAX], const char *folder, const char *name)
{
	int len = snprintf(out, PATH_MAX, "%s/%s", folder, name);

	return len > 0 && len < PATH_MAX;
}

static bool add_named_file(struct agent_keys *keys, const char *folder, const char *name,
	const struct agent_keys *before, struct diag *diag)
{
	char path[PATH_MAX];
	struct place place = {.file = path};
	struct reading r = {.keys = keys, .before = before, .name = path, .diag = diag};
	char room[AGENT_URL_MAX];

	if (!join(path, folder, name)) {
		place.file = folder;
		diag_error(diag, &place, "the path of %s is too long", name);
		return false;
	}
	if (!agent_file_name_read(str_view(name), room, &r.url)) {
		diag_warning(diag, &place,
			"is not read: expected a name such as chatgpt.com.json, which doorward "
			"check-keys tells for the URL of an agent");
		agent_keys_count_bad_file(keys);
		return true;
	}
	return add_file(&r);
}

bool agent_keys_add_folder(struct agent_keys *keys, const char *folder,
	const struct agent_keys *before, const struct place *from, struct diag *diag)
{
	struct dirent **names = NULL;
	int count = scandir(folder, &names, is_key_file, alphasort);
	bool good = count >= 0;

	if (count < 0) {
		diag_error(diag, from, "cannot read the folder %s: %s", folder,
			file_error_text(folder, false, errno));
	}
	for (int i = 0; i < count; i++) {
		good = add_named_file(keys, folder, names[i]->d_name, before, diag) && good;
		free(names[i]);
	}
	free(names);
	return good;
}

/* A sum, because the order of a folder's entries has no meaning. */
uint64_t agent_keys_folder_stamp(const char *folder)
{
	uint64_t stamp = file_stamp_of_path(folder);
	DIR *open_folder = opendir(folder);
	const struct dirent *entry;
	char path[PATH_MAX];

	while (open_folder != NULL && (entry = readdir(open_folder)) != NULL) {
		if (is_key_file(entry) && join(path, folder, entry->d_name)) {
			stamp += file_stamp_of_path(path);
		}
	}
	if (open_folder != NULL) {
		closedir(open_folder);
	}
	return stamp;
}
