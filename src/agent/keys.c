/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/keys.h"

#include "base/file_stamp.h"
#include "base/ref.h"

#include <stdlib.h>

struct agent_keys {
	struct ref references;
	enum agent_example_keys example_keys;
	size_t bad_files;
};

struct agent_keys *agent_keys_new(enum agent_example_keys example_keys)
{
	struct agent_keys *keys = calloc(1, sizeof(*keys));

	if (keys != NULL) {
		ref_init(&keys->references);
		keys->example_keys = example_keys;
	}
	return keys;
}

struct agent_keys *agent_keys_ref(struct agent_keys *keys)
{
	ref_get(&keys->references);
	return keys;
}

void agent_keys_unref(struct agent_keys *keys)
{
	if (keys != NULL && ref_put(&keys->references)) {
		free(keys);
	}
}

bool agent_keys_add_folder(struct agent_keys *keys, const char *folder,
	const struct agent_keys *before, const struct place *from, struct diag *diag)
{
	return true;
}

bool agent_keys_add_file(struct agent_keys *keys, struct str url, const char *path,
	const struct agent_keys *before, const struct place *from, struct diag *diag)
{
	return true;
}

bool agent_keys_add_text(struct agent_keys *keys, struct str url, struct str text, const char *name,
	struct diag *diag)
{
	return true;
}

uint64_t agent_keys_folder_stamp(const char *folder)
{
	return file_stamp_of_path(folder);
}

size_t agent_keys_bad_files(const struct agent_keys *keys)
{
	return keys->bad_files;
}

size_t agent_keys_agent_count(const struct agent_keys *keys)
{
	return 0;
}

size_t agent_keys_key_count(const struct agent_keys *keys)
{
	return 0;
}

bool agent_keys_has_agent(const struct agent_keys *keys, struct str url)
{
	return false;
}
