/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/log_target.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The configuration has checked that the path is absolute. */
static void folder_of(const char *path, char out[PATH_MAX])
{
	int len = (int)(strrchr(path, '/') - path);

	snprintf(out, PATH_MAX, "%.*s", len > 0 ? len : 1, path);
}

static const char by_systemd[] = ": under systemd, doorward.service may write to "
				 "file:/var/log/doorward/NAME, and to folders that ReadWritePaths= "
				 "adds";

void daemon_log_target_explain(const char *path, int error, struct bytes *out)
{
	const struct passwd *user = getpwuid(geteuid());
	bool unit = getenv("INVOCATION_ID") != NULL;
	char folder[PATH_MAX];
	struct stat st;
	bool there = stat(path, &st) == 0;

	folder_of(path, folder);
	bytes_appendf(out, "target = file:%s: ", path);
	if (file_is_outside_sandbox(path, true, error)) {
		bytes_append_text(out, file_error_text(path, true, error));
		return;
	}
	switch (error) {
	case ENOENT:
		bytes_appendf(out, "there is no folder %s", folder);
		break;
	case EACCES:
	case EPERM:
	case EROFS:
		bytes_appendf(out, "user %s (UID %ld) may not write to %s%s%s",
			user != NULL ? user->pw_name : "?", (long)geteuid(), there ? path : folder,
			error == EROFS ? ", which is read-only" : "", unit ? by_systemd : "");
		break;
	case ENXIO:
		bytes_append_text(
			out, "no process reads that pipe: expected a reader that has it open");
		break;
	default:
		bytes_append_text(out, strerror(error));
		break;
	}
}

static void refuse(const struct config *config, int error, struct diag *diag)
{
	struct place place = {.file = config->path};
	struct bytes why;

	bytes_init(&why, 0);
	daemon_log_target_explain(config->log.sink.path, error, &why);
	diag_error(diag, &place, "%.*s", (int)why.len, (const char *)why.data);
	bytes_clear(&why);
}

/* Whether the user that will serve may write there, as far as owner and mode show it. */
static bool may_write(const struct stat *st, const struct passwd *user)
{
	if (user == NULL || user->pw_uid == 0) {
		return true;
	}
	if (st->st_uid == user->pw_uid) {
		return (st->st_mode & S_IWUSR) != 0;
	}
	return (st->st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

bool daemon_log_target_inspect(const struct config *config, struct diag *diag)
{
	const char *path = config->log.sink.path;
	struct place place = {.file = config->path};
	char folder[PATH_MAX];
	struct stat st;

	if (config->log.sink.target != LOG_TO_FILE) {
		return true;
	}
	bool there = stat(path, &st) == 0;

	if (there && S_ISDIR(st.st_mode)) {
		diag_error(
			diag, &place, "target = file:%s: that is a folder; expected a file", path);
		return false;
	}
	folder_of(path, folder);
	if (!there && (stat(folder, &st) != 0 || !S_ISDIR(st.st_mode))) {
		refuse(config, ENOENT, diag);
		return false;
	}
	if (geteuid() != 0 && faccessat(AT_FDCWD, there ? path : folder, W_OK, AT_EACCESS) != 0) {
		refuse(config, errno, diag);
		return false;
	}
	if (geteuid() == 0 && config->server.user != NULL &&
		!may_write(&st, getpwnam(config->server.user))) {
		diag_error(diag, &place,
			"target = file:%s: %s (user) cannot write there; expected %s to belong to "
			"that user",
			path, config->server.user, there ? path : folder);
		return false;
	}
	return true;
}
