/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/authz.h"

#include "authz/authz_private.h"
#include "authz/bans.h"
#include "authz/decision_cert.h"
#include "authz/evaluation.h"
#include "authz/trusted_input_text.h"

#include <stdlib.h>

/* enough for a usual request without a certificate; ten thousand requests may wait */
#define ARENA_CHUNK 1024

struct authz *authz_new(void)
{
	struct authz *a = calloc(1, sizeof(*a));

	if (a != NULL) {
		arena_init(&a->arena, ARENA_CHUNK);
	}
	return a;
}

static void release(struct authz *a)
{
	if (a->wait != NULL) {
		authz_cert_verifier_cancel(a->wait);
	}
	cert_check_result_unref(a->checked);
	authz_agent_cancel(&a->agent_wait);
	shared_nonces_cancel(&a->nonce_wait);
	authz_fetch_clear(&a->fetch);
}

void authz_free(struct authz *a)
{
	if (a != NULL) {
		release(a);
		arena_clear(&a->arena);
		free(a);
	}
}

void authz_reset(struct authz *a)
{
	struct arena arena = a->arena;

	release(a);
	arena_reset(&arena);
	*a = (struct authz){.arena = arena};
}

struct authz_request *authz_request(struct authz *a)
{
	return &a->request;
}

void authz_keep_input(struct authz *a)
{
	authz_input_keep(&a->request.input, &a->arena);
}

const struct authz_decision *authz_decision(const struct authz *a)
{
	return &a->decision;
}

static enum authz_step deny(struct authz *a, enum policy_reason reason)
{
	authz_decision_end(&a->decision, AUTHZ_DENY, reason);
	return AUTHZ_DONE;
}

static enum authz_step judge_certificate(struct authz *a)
{
	enum policy_reason reason;

	if (a->checked == NULL) {
		return deny(a, POLICY_REASON_INTERNAL);
	}
	return authz_cert_judge(a, &reason) == AUTHZ_CERT_DENIED ? deny(a, reason)
								 : authz_evaluate(a);
}

static void on_checked(void *ctx, const struct cert_check_result *checked)
{
	struct authz *a = ctx;

	a->wait = NULL;
	a->checked = checked;
	if (judge_certificate(a) == AUTHZ_DONE) {
		a->done(a->ctx);
	}
}

static enum authz_step check_certificate(struct authz *a)
{
	struct authz_cert_verifier *verifier = a->env->verifier;
	int64_t wall_s = a->request.wall_s;
	bool vouched = a->decision.policy->verify == POLICY_VERIFY_LOCAL ||
		       a->verify_status == CERT_VERIFY_SUCCESS;
	bool overload;

	a->checked = authz_cert_verifier_known(verifier, &a->check, wall_s);
	if (a->checked != NULL) {
		return judge_certificate(a);
	}
	a->wait = authz_cert_verifier_ask(
		verifier, &a->check, vouched, wall_s, on_checked, a, &overload);
	if (a->wait != NULL) {
		return AUTHZ_WAIT;
	}
	if (overload) {
		authz_decision_end(&a->decision, AUTHZ_ERROR, POLICY_REASON_OVERLOAD);
		return AUTHZ_DONE;
	}
	return deny(a, POLICY_REASON_INTERNAL);
}

static enum authz_step take_certificate(struct authz *a)
{
	enum policy_reason reason;

	switch (authz_cert_take(a, &reason)) {
	case AUTHZ_CERT_PASSED:
		break;
	case AUTHZ_CERT_DENIED:
		return deny(a, reason);
	case AUTHZ_CERT_ASK:
		return check_certificate(a);
	}
	return authz_evaluate(a);
}

static enum authz_step deny_address(struct authz *a)
{
	static const enum policy_reason reasons[] = {
		[AUTHZ_CLIENT_ADDRESS_NO_ADDRESS] = POLICY_REASON_NO_ADDRESS,
		[AUTHZ_CLIENT_ADDRESS_BAD_ADDRESS] = POLICY_REASON_BAD_ADDRESS,
		[AUTHZ_CLIENT_ADDRESS_TWO_ADDRESSES] = POLICY_REASON_DUPLICATE_INPUT,
	};
	const struct authz_trusted_input *trusted = &a->decision.trusted;
	struct bytes text;

	bytes_init(&text, 0);
	authz_trusted_address_text(trusted, &a->request.input, &a->env->config->frontend, &text);
	authz_decision_detail_take(&a->decision, &a->arena, &text);
	return deny(a, reasons[trusted->address]);
}

/* Whether a decision may rest on the input; else *reason and *detail say why not. */
static bool is_usable(const struct authz_input *input, const struct config *config,
	enum policy_reason *reason, const char **detail)
{
	/* A claim that came twice denies only if a rule reads it. */
	unsigned duplicates = input->duplicates & ~AUTHZ_INPUT_CLAIMS;

	*reason = POLICY_REASON_BAD_INPUT;
	if (input->unusable != NULL) {
		*detail = input->unusable;
		return false;
	}
	if (duplicates != 0) {
		*reason = POLICY_REASON_DUPLICATE_INPUT;
		*detail = authz_input_word(
			&config->frontend.cert, (enum authz_input_name)__builtin_ctz(duplicates))
				  .data;
		return false;
	}
	if (input->values[AUTHZ_INPUT_DOORWARD_ENDPOINT].data != NULL) {
		*detail =
			"DOORWARD_ENDPOINT is for a location of its own, not for an authorization";
		return false;
	}
	return true;
}

enum authz_step authz_start(
	struct authz *a, const struct authz_env *env, void (*done)(void *ctx), void *ctx)
{
	const struct authz_input *input = &a->request.input;
	struct authz_decision *d = &a->decision;
	enum policy_reason reason;

	a->env = env;
	a->done = done;
	a->ctx = ctx;
	d->request = &a->request;
	authz_trust_input(input, &env->config->frontend, &d->trusted);
	if (!is_usable(input, env->config, &reason, &d->detail)) {
		return deny(a, reason);
	}
	d->policy = authz_policy(input, env->config);
	if (d->policy == NULL) {
		return deny(a, POLICY_REASON_UNKNOWN_POLICY);
	}
	if (d->trusted.address != AUTHZ_CLIENT_ADDRESS_OK) {
		return deny_address(a);
	}
	d->holds_s = AUTHZ_HOLDS_MAX_S;
	if (d->policy->bans && authz_bans_cover_address(a)) {
		authz_bans_explain(a);
		authz_bans_bound(a);
		return deny(a, POLICY_REASON_BANNED);
	}
	return d->policy->client_cert != POLICY_CERT_OFF ? take_certificate(a) : authz_evaluate(a);
}

const struct policy *authz_policy(const struct authz_input *input, const struct config *config)
{
	struct str name = input->values[AUTHZ_INPUT_DOORWARD_POLICY];

	if (str_eq_text(input->values[AUTHZ_INPUT_DOORWARD_LOOKUP], "1")) {
		return config_lookup_policy(config, name);
	}
	return config_policy(config, name.data != NULL ? name : str_view("default"));
}
