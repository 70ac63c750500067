/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/trust_files.h"

#include "base/array.h"
#include "base/file.h"
#include "base/file_stamp.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool append(struct cert_trust_files *files, const char *path, void *items)
{
	struct cert_trust_file *room =
		array_reserve(files->files, files->count, &files->room, sizeof(*room));
	struct cert_trust_file file = {strdup(path), items};

	files->files = room != NULL ? room : files->files;
	if (room == NULL || file.path == NULL || items == NULL) {
		free(file.path);
		cert_trust_items_free(files->kind, items);
		return false;
	}
	room[files->count++] = file;
	return true;
}

static bool has(const struct cert_trust_files *files, const char *path)
{
	for (size_t i = 0; i < files->count; i++) {
		if (strcmp(files->files[i].path, path) == 0) {
			return true;
		}
	}
	return false;
}

/* Keeps what a file, or all files of a folder, had before; false if that is nothing. */
static bool keep(
	struct cert_trust_files *files, const struct cert_trust_reading *reading, const char *path)
{
	const struct cert_trust_files *before = reading->before;
	size_t len = strlen(path);
	bool kept = false;

	for (size_t i = 0; before != NULL && i < before->count; i++) {
		const char *old = before->files[i].path;

		if (strncmp(old, path, len) != 0 || (old[len] != '\0' && old[len] != '/') ||
			has(files, old)) {
			continue;
		}
		if (!append(files, old,
			    cert_trust_items_share(files->kind, before->files[i].items))) {
			return false;
		}
		kept = true;
	}
	if (kept) {
		diag_warning(reading->diag, reading->place,
			"%s: %s: what was read before stays in force", reading->key, path);
	}
	return kept;
}

static bool read_items(struct cert_trust_files *files, const struct cert_trust_reading *reading,
	const char *path, void *items, struct bytes *why)
{
	struct bytes content;
	bool good = false;

	bytes_init(&content, 0);
	ERR_set_mark();
	if (items == NULL) {
		why->failed = true;
	} else if (!file_read(path, CERT_TRUST_FILE_MAX, &content, NULL)) {
		bytes_appendf(why, "%s", file_error_text(path, false, errno));
	} else {
		good = cert_trust_items_read(files->kind, &content, reading->cas, items, why);
	}
	ERR_pop_to_mark();
	bytes_clear(&content);
	return good;
}

/* `one_of_several`: the others count without it. */
static bool read_file(struct cert_trust_files *files, const struct cert_trust_reading *reading,
	const char *path, bool one_of_several)
{
	bool needed = !one_of_several && reading->before == NULL;
	void *items = cert_trust_items_new(files->kind);
	struct bytes why;
	bool good;

	bytes_init(&why, 0);
	if (read_items(files, reading, path, items, &why)) {
		good = append(files, path, items);
	} else {
		bytes_append_u8(&why, '\0');
		(needed ? diag_error : diag_warning)(reading->diag, reading->place, "%s: %s: %s",
			reading->key, path, why.failed ? "out of memory" : (char *)why.data);
		cert_trust_items_free(files->kind, items);
		files->bad++;
		good = keep(files, reading, path) || one_of_several;
	}
	bytes_clear(&why);
	return good;
}

/* HASH.N and HASH.rN, the names of openssl-rehash(1)'s links. */
static bool is_hashed(const char *name, const char *dot, enum cert_trust_kind kind)
{
	if (dot - name != 8 || strspn(name, "0123456789abcdef") != 8) {
		return false;
	}
	dot++;
	if (kind == CERT_TRUST_CRLS && *dot++ != 'r') {
		return false;
	}
	return *dot != '\0' && strspn(dot, "0123456789") == strlen(dot);
}

static bool is_named_for(const char *name, enum cert_trust_kind kind)
{
	const char *dot = strrchr(name, '.');

	if (dot == NULL || name[0] == '.') {
		return false;
	}
	if (strcmp(dot, ".pem") == 0 || is_hashed(name, dot, kind)) {
		return true;
	}
	return kind == CERT_TRUST_CAS ? strcmp(dot, ".crt") == 0 || strcmp(dot, ".cer") == 0
				      : strcmp(dot, ".crl") == 0;
}

static bool join(char out[PATH_MAX], const char *folder, const char *name)
{
	int len = snprintf(out, PATH_MAX, "%s/%s", folder, name);

	return len > 0 && len < PATH_MAX;
}

static bool read_folder(struct cert_trust_files *files, const struct cert_trust_reading *reading,
	const char *path, DIR *folder)
{
	bool passes_over = files->kind == CERT_TRUST_CRLS || reading->before != NULL;
	const struct dirent *entry;
	char file[PATH_MAX];
	size_t before = files->count;
	size_t count = 0;
	bool good = true;

	errno = 0;
	while ((entry = readdir(folder)) != NULL) {
		if (is_named_for(entry->d_name, files->kind)) {
			good = join(file, path, entry->d_name) &&
			       read_file(files, reading, file, passes_over) && good;
			count++;
		}
		errno = 0;
	}
	if (errno == 0 && files->count > before) {
		return good;
	}
	if (errno != 0) {
		diag_error(reading->diag, reading->place, "%s: %s: %s", reading->key, path,
			strerror(errno));
	} else if (count == 0) {
		diag_error(reading->diag, reading->place,
			"%s: %s: expected a file that is named for a %s in this folder",
			reading->key, path, cert_trust_items_noun(files->kind));
	} else {
		diag_error(reading->diag, reading->place,
			"%s: %s: expected a file that can be used in this folder", reading->key,
			path);
	}
	files->bad++;
	return keep(files, reading, path);
}

bool cert_trust_files_read(
	struct cert_trust_files *files, const struct cert_trust_reading *reading, const char *path)
{
	DIR *folder = opendir(path);

	if (folder == NULL) {
		return read_file(files, reading, path, false);
	}
	bool good = read_folder(files, reading, path, folder);

	closedir(folder);
	return good;
}

void cert_trust_files_clear(struct cert_trust_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free(files->files[i].path);
		cert_trust_items_free(files->kind, files->files[i].items);
	}
	free(files->files);
}

/* A sum, because the order of a folder's entries has no meaning. */
uint64_t cert_trust_file_stamp(const char *path)
{
	uint64_t stamp = file_stamp_of_path(path);
	DIR *folder = opendir(path);
	const struct dirent *entry;
	char file[PATH_MAX];

	if (folder == NULL) {
		return stamp;
	}
	while ((entry = readdir(folder)) != NULL) {
		if ((is_named_for(entry->d_name, CERT_TRUST_CAS) ||
			    is_named_for(entry->d_name, CERT_TRUST_CRLS)) &&
			join(file, path, entry->d_name)) {
			stamp += file_stamp_of_path(file);
		}
	}
	closedir(folder);
	return stamp;
}
