/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "store/settings.h"

#include <stdlib.h>
#include <string.h>

bool store_settings_copy(const struct store_settings *from, struct store_settings *to, char **texts)
{
	size_t path = from->path != NULL ? strlen(from->path) + 1 : 0;
	size_t user = from->user != NULL ? strlen(from->user) + 1 : 0;
	char *block = malloc(path + user + from->password.len + 1);

	if (block == NULL) {
		return false;
	}
	*texts = block;
	*to = *from;
	if (path > 0) {
		to->path = memcpy(block, from->path, path);
	}
	if (user > 0) {
		to->user = memcpy(block + path, from->user, user);
	}
	if (from->password.data != NULL) {
		memcpy(block + path + user, from->password.data, from->password.len);
		to->password.data = block + path + user;
	}
	return true;
}
