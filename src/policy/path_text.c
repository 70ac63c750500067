/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/path.h"

/* What people read of the ways and flaws of a path. */

const char *policy_path_way_text(enum policy_path_way way)
{
	switch (way) {
	case POLICY_PATH_FRAGMENT:
		return "#";
	case POLICY_PATH_SLASH:
		return "%2f";
	case POLICY_PATH_PARAMETER:
		return ";";
	case POLICY_PATH_BACKSLASH:
		return "\\";
	case POLICY_PATH_TWICE:
		return "escapes in escapes";
	case POLICY_PATH_EMPTY:
		return "//";
	case POLICY_PATH_DOTS:
		return ". and ..";
	case POLICY_PATH_AUTHORITY:
		return "// at the beginning";
	}
	return "";
}

const char *policy_path_flaw_text(enum policy_path_flaw flaw)
{
	switch (flaw) {
	case POLICY_PATH_GOOD:
		break;
	case POLICY_PATH_NO_PATH:
		return "it is neither a path nor an absolute URL";
	case POLICY_PATH_CONTROL:
		return "it holds a control byte";
	case POLICY_PATH_BLANK:
		return "it holds a space";
	case POLICY_PATH_ESCAPE:
		return "it holds a % without two hexadecimal digits";
	case POLICY_PATH_OVERLONG:
		return "it holds overlong UTF-8";
	case POLICY_PATH_DEEP:
		return "it is escaped more than twice";
	case POLICY_PATH_LONG:
		return "it is too long to be resolved";
	case POLICY_PATH_MANY:
		return "servers differ about too much in it";
	}
	return "";
}
