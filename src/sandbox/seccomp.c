/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "sandbox/seccomp.h"

#include <errno.h>

#if DW_SECCOMP

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define BINARY_TREE 2 /* SCMP_FLTATR_CTL_OPTIMIZE: not one comparison for each call of the list */
#define API_NOTIFY 6  /* seccomp_api_get(3) */

/* Where clone(2) has its flags. */
#ifdef __s390x__
#define CLONE_FLAGS 1
#else
#define CLONE_FLAGS 0
#endif

enum condition_kind { CONDITION_ALWAYS, CONDITION_MASKED, CONDITION_OWN_PID };

/* On one argument of a call. */
struct condition {
	enum condition_kind kind;
	unsigned argument;
	uint64_t mask;
	uint64_t value;
};

struct call {
	int number;
	uint32_t action;
	struct condition condition;
};

#define ALWAYS                                                                                     \
	{                                                                                          \
		CONDITION_ALWAYS, 0, 0, 0                                                          \
	}
#define ARG(argument, mask, value)                                                                 \
	{                                                                                          \
		CONDITION_MASKED, argument, mask, value                                            \
	}
#define ARG_IS(argument, value)                                                                    \
	{                                                                                          \
		CONDITION_MASKED, argument, UINT32_MAX, value                                      \
	}
#define OWN_PID(argument)                                                                          \
	{                                                                                          \
		CONDITION_OWN_PID, argument, 0, 0                                                  \
	}

#define CALL(name, condition, reason) {SCMP_SYS(name), SCMP_ACT_ALLOW, condition},
#define SELDOM(name, condition, reason) {SCMP_SYS(name), SCMP_ACT_ALLOW, condition},
#define QUIET(name, error, reason) {SCMP_SYS(name), SCMP_ACT_ERRNO(error), ALWAYS},
static const struct call calls[] = {
#include "sandbox/calls.h"
};

/* What PCRE2 asks for to compile a regex; it is interpreted if that fails. */
#define MACHINE_CODE ARG_IS(2, PROT_READ | PROT_WRITE | PROT_EXEC)
static const struct call machine_code_call = {SCMP_SYS(mmap), SCMP_ACT_ALLOW, MACHINE_CODE};
static const struct call no_machine_code_call = {
	SCMP_SYS(mmap), SCMP_ACT_ERRNO(EACCES), MACHINE_CODE};

bool sandbox_seccomp_is_built(void)
{
	return true;
}

bool sandbox_seccomp_can_notify(void)
{
	return seccomp_api_get() >= API_NOTIFY;
}

/* 0 or an errno value, negative. A call that this architecture does not have is left out. */
static int add(scmp_filter_ctx filter, const struct call *call)
{
	const struct condition *condition = &call->condition;
	uint64_t mask = condition->mask;
	uint64_t value = condition->value;
	struct scmp_arg_cmp compared;

	if (call->number == __NR_SCMP_ERROR) {
		return 0;
	}
	if (condition->kind == CONDITION_ALWAYS) {
		return seccomp_rule_add(filter, call->action, call->number, 0);
	}
	if (condition->kind == CONDITION_OWN_PID) {
		mask = UINT32_MAX;
		value = (uint64_t)getpid();
	}
	compared = SCMP_CMP64(condition->argument, SCMP_CMP_MASKED_EQ, mask, value);
	return seccomp_rule_add_array(filter, call->action, call->number, 1, &compared);
}

static int set_up(scmp_filter_ctx filter, bool machine_code)
{
	int error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, BINARY_TREE);

	if (error == 0) {
		error = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(EPERM));
	}
	for (size_t i = 0; error == 0 && i < ARRAY_LEN(calls); i++) {
		error = add(filter, &calls[i]);
	}
	if (error == 0) {
		error = add(filter, machine_code ? &machine_code_call : &no_machine_code_call);
	}
	return error;
}

int sandbox_seccomp_load(enum sandbox_seccomp_action action, bool machine_code, int *listener)
{
	static const uint32_t actions[] = {
		[SANDBOX_SECCOMP_NOTIFY] = SCMP_ACT_NOTIFY,
		[SANDBOX_SECCOMP_DENY] = SCMP_ACT_ERRNO(EPERM),
		[SANDBOX_SECCOMP_LOG] = SCMP_ACT_LOG,
	};
	scmp_filter_ctx filter = seccomp_init(actions[action]);
	int error = filter != NULL ? set_up(filter, machine_code) : -ENOMEM;

	if (error == 0) {
		error = seccomp_load(filter);
	}
	if (error == 0 && action == SANDBOX_SECCOMP_NOTIFY) {
		*listener = seccomp_notify_fd(filter);
	}
	seccomp_release(filter);
	return -error;
}

char *sandbox_seccomp_name(int number)
{
	return seccomp_syscall_resolve_num_arch(seccomp_arch_native(), number);
}

#else

bool sandbox_seccomp_is_built(void)
{
	return false;
}

bool sandbox_seccomp_can_notify(void)
{
	return false;
}

int sandbox_seccomp_load(enum sandbox_seccomp_action action, bool machine_code, int *listener)
{
	return ENOSYS;
}

char *sandbox_seccomp_name(int number)
{
	return NULL;
}

#endif
