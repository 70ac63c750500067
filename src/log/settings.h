/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_LOG_SETTINGS_H
#define DW_LOG_SETTINGS_H

/* Settings of the log. */

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_target { LOG_TO_STDERR, LOG_TO_SYSLOG, LOG_TO_FILE };
enum log_format { LOG_TEXT, LOG_JSON };

struct log_settings {
	enum log_target target;
	const char *path; /* LOG_TO_FILE */
	enum log_format format;
	enum log_level level;
};

#endif
