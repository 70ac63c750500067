/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "store/error.h"

#include "base/util.h"

enum store_error store_error_kind(struct str error)
{
	static const struct {
		const char *word;
		enum store_error kind;
	} words[] = {
		{"NOSCRIPT", STORE_ERROR_NOSCRIPT},
		{"READONLY", STORE_ERROR_STATE},
		{"LOADING", STORE_ERROR_STATE},
		{"MASTERDOWN", STORE_ERROR_STATE},
		{"DENIED", STORE_ERROR_STATE},
		{"NOAUTH", STORE_ERROR_AUTH},
		{"WRONGPASS", STORE_ERROR_AUTH},
		{"OOM", STORE_ERROR_REFUSED},
		{"MISCONF", STORE_ERROR_REFUSED},
		{"NOREPLICAS", STORE_ERROR_REFUSED},
		{"NOPERM", STORE_ERROR_REFUSED},
		{"BUSY", STORE_ERROR_REFUSED},
		{"CLUSTERDOWN", STORE_ERROR_REFUSED},
		{"MOVED", STORE_ERROR_REFUSED},
		{"ASK", STORE_ERROR_REFUSED},
		{"TRYAGAIN", STORE_ERROR_REFUSED},
	};
	struct str word = {error.data, str_find(error, ' ')};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_eq_text(word, words[i].word)) {
			return words[i].kind;
		}
	}
	return STORE_ERROR_OF_COMMAND;
}
