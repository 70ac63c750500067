/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "doctor/nginx_private.h"

#include "policy/rule.h"

/* What a signature is about: from a header of the client's choice, it could be of another request.
 */
struct said {
	const char *name;
	const char *host; /* the variable of a header that may be the value; NULL: none may */
	const char *expected;
};

static const struct said params[] = {
	{"HTTP_HOST", "http_host", "$host"},
	{"DOORWARD_AUTHORITY", "http_host", "$http_host"},
	{"REQUEST_METHOD", NULL, "$request_method"},
	{"REQUEST_URI", NULL, "$request_uri"},
	{"REQUEST_SCHEME", NULL, "$scheme"},
};

static const struct said headers[] = {
	{"X-Forwarded-Host", "http_host", "$host:$server_port"},
	{"X-Forwarded-Proto", NULL, "$scheme"},
	{"X-Original-URI", NULL, "$request_uri"},
	{"X-Original-Method", NULL, "$request_method"},
};

static bool is_clients(struct str value, const char *host)
{
	return nginx_uses(value, NGINX_CLIENTS) &&
	       (host == NULL || !nginx_is_variable(value, host));
}

void nginx_look_at_agents(const struct nginx_look *look, const struct import_node *location,
	const struct nginx_pass *pass, const struct policy *policy)
{
	const char *set = pass->http ? "proxy_set_header" : "fastcgi_param";
	const char *off =
		pass->http ? "proxy_pass_request_headers" : "fastcgi_pass_request_headers";
	const char *signature = pass->http ? "Signature-Input" : "HTTP_SIGNATURE_INPUT";
	const struct said *said = pass->http ? headers : params;
	size_t count = pass->http ? ARRAY_LEN(headers) : ARRAY_LEN(params);
	bool passes = !nginx_says(nginx_effective(location, off), "off");
	struct place place = import_node_place(pass->node);

	if (!policy_rules_need_agent(policy->rules)) {
		return;
	}
	if (!passes && nginx_set_value(location, set, signature).len == 0) {
		diag_warning(look->diag, &place,
			"[policy %.*s] asks for agents, whose signatures are not passed, so that "
			"none is verified: expected %s %s $http_signature_input, and the lines "
			"beside it in snippets/doorward.conf",
			(int)policy->name.len, policy->name.data, set, signature);
	}
	for (size_t i = 0; i < count; i++) {
		struct str value = nginx_set_value(location, set, said[i].name);

		if (value.data != NULL ? is_clients(value, said[i].host) : pass->http && passes) {
			diag_error(look->diag, &place,
				"the client writes %s here, and can say by it that the signature "
				"of an agent is about this request: expected %s %s %s",
				said[i].name, set, said[i].name, said[i].expected);
		}
	}
}
