/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/confinement_paths.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* `path` is the list's. */
static void add(struct daemon_confinement_paths *paths, char *path, unsigned access)
{
	for (size_t i = 0; path != NULL && i < paths->count; i++) {
		if (strcmp(paths->items[i].path, path) == 0) {
			paths->items[i].access |= access;
			free(path);
			return;
		}
	}
	struct sandbox_path *room = path != NULL ? array_reserve(paths->items, paths->count,
							   &paths->room, sizeof(*room))
						 : NULL;

	if (room == NULL) {
		free(path);
		paths->failed = true;
		return;
	}
	paths->items = room;
	paths->items[paths->count++] = (struct sandbox_path){path, access};
}

static void add_folder_of(struct daemon_confinement_paths *paths, const char *path, unsigned access)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL) {
		add(paths, strdup("."), access);
	} else {
		add(paths, strndup(path, slash == path ? 1 : (size_t)(slash - path)), access);
	}
}

static void add_file(struct daemon_confinement_paths *paths, const char *path, unsigned access)
{
	char *real = realpath(path, NULL);
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		add(paths, strdup(path), access);
	} else {
		add_folder_of(paths, path, access);
	}
	if (real != NULL && strcmp(real, path) != 0) {
		add_folder_of(paths, real, access);
	}
	free(real);
}

static void on_file(void *ctx, enum config_file_kind kind, const char *path)
{
	add_file(ctx, path, SANDBOX_READ);
}

static void add_socket(struct daemon_confinement_paths *paths, const struct net_listen_spec *spec)
{
	char *path;

	if (spec != NULL && spec->kind == NET_LISTEN_UNIX &&
		(path = strndup(spec->path.data, spec->path.len)) != NULL) {
		add_folder_of(paths, path, SANDBOX_REMOVE);
		free(path);
	}
}

void daemon_confinement_paths_init(struct daemon_confinement_paths *paths,
	const struct config *config, const struct daemon_sockets *sockets,
	const struct daemon_sockets_given *given)
{
	/* resolv.conf, and names of users and groups. */
	static const char *const files[] = {"/etc/resolv.conf", "/etc/passwd"};
	/* /metrics; seeds of hash tables (jansson); libuv's reserve of a descriptor. */
	static const char *const alone[] = {"/proc/self", "/dev/urandom", "/dev/null"};

	*paths = (struct daemon_confinement_paths){.items = NULL};
	config_each_file(config, on_file, paths);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		add_file(paths, files[i], SANDBOX_READ);
	}
	for (size_t i = 0; i < ARRAY_LEN(alone); i++) {
		add(paths, strdup(alone[i]), SANDBOX_READ);
	}
	if (config->log.sink.target == LOG_TO_FILE) {
		add_file(paths, config->log.sink.path, SANDBOX_APPEND);
	}
	if (config->shared.secret_file != NULL) {
		add_folder_of(paths, config->bans.shared_file,
			SANDBOX_READ | SANDBOX_APPEND | SANDBOX_REMOVE);
	}
	if (config->server.admin_write) {
		add_folder_of(
			paths, config->bans.file, SANDBOX_READ | SANDBOX_APPEND | SANDBOX_REMOVE);
	}
	for (size_t i = 0; i < sockets->count; i++) {
		add_socket(paths, sockets->specs[i]);
	}
	for (size_t i = 0; i < given->count; i++) {
		add_socket(paths, &given->all[i].spec);
	}
}

void daemon_confinement_paths_clear(struct daemon_confinement_paths *paths)
{
	for (size_t i = 0; i < paths->count; i++) {
		free((char *)(uintptr_t)paths->items[i].path);
	}
	free(paths->items);
}
