/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/file_stamp.h"

#include "base/hash.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* Equal stamps of two files are of no use to an attacker: the key need not be secret. */
uint64_t file_stamp_of_path(const char *path)
{
	static const struct hash_key key = {1, 2};
	struct stat st;
	struct {
		uint64_t path, device, inode, size, modified_s, modified_ns, changed_s, changed_ns;
	} seen = {.path = hash_bytes(&key, path, strlen(path))};

	if (stat(path, &st) == 0) {
		seen.device = st.st_dev;
		seen.inode = st.st_ino;
		seen.size = (uint64_t)st.st_size;
		seen.modified_s = (uint64_t)st.st_mtim.tv_sec;
		seen.modified_ns = (uint64_t)st.st_mtim.tv_nsec;
		seen.changed_s = (uint64_t)st.st_ctim.tv_sec;
		seen.changed_ns = (uint64_t)st.st_ctim.tv_nsec;
	} else {
		seen.device = (uint64_t)errno;
	}
	return hash_bytes(&key, &seen, sizeof(seen));
}
