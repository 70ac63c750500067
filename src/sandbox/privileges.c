/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "sandbox/privileges.h"

#include <errno.h>
#include <linux/capability.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int sandbox_no_new_privileges(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : errno;
}

/* A handler of core dumps (core_pattern) need not heed the limit. */
int sandbox_no_dumps(void)
{
	const struct rlimit none = {0, 0};

	return setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0) == 0 ? 0 : errno;
}

int sandbox_drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {{0}};

	if (syscall(SYS_capget, &header, sets) != 0) {
		return errno;
	}
	uint32_t kept = geteuid() == 0 ? sets[0].permitted & CAP_TO_MASK(CAP_DAC_OVERRIDE) : 0;
	const struct __user_cap_data_struct wanted[ARRAY_LEN(sets)] = {
		{.effective = kept, .permitted = kept}};

	/* A unit's or container's filter may refuse the call, and have left nothing to drop. */
	if (memcmp(sets, wanted, sizeof(wanted)) == 0) {
		return 0;
	}
	return syscall(SYS_capset, &header, wanted) == 0 ? 0 : errno;
}
