-- SPDX-License-Identifier: Apache-2.0
-- SPDX-FileCopyrightText: 2026 the doorward developers
--
-- HAProxy (2.5 and later, with Lua) asks doorward about a request, by the HTTP client that is built
-- in: no Lua library is needed. See haproxy.cfg in this folder.
--
--   http-request lua.doorward POLICY
--
-- sets txn.doorward.allow to true only for clients that doorward lets in. The status for other
-- clients is in txn.doorward.status: 503 if doorward could not be asked.

local door = os.getenv("DOORWARD_URL") or "http://127.0.0.1:9080"

-- The response headers that the application gets, by HAProxy's variable.
local facts = {
	["txn.doorward.hostname"] = "x-client-hostname",
	["txn.doorward.subject"] = "x-client-cert-subject",
	["txn.doorward.agent"] = "x-client-agent",
	["txn.doorward.reason"] = "x-doorward-reason",
	["txn.doorward.id"] = "x-doorward-id",
}

-- The headers of an agent that signs its requests (Web Bot Auth), and others that it may sign. What
-- is not listed here leaves a signature that covers it unverified.
local signed = { "signature-input", "signature", "signature-agent", "content-digest" }

local function ask(txn, policy)
	-- Only these get there, and those of an agent: nothing else that the client sent does.
	local headers = {
		["user-agent"] = { txn.sf:req_hdr("user-agent") },
		["x-real-ip"] = { txn.sf:src() },
		["x-forwarded-host"] = { txn.sf:req_fhdr("host") },
		["x-forwarded-method"] = { txn.sf:method() },
		["x-forwarded-uri"] = { txn.sf:pathq() },
		["x-forwarded-proto"] = { tostring(txn.f:ssl_fc()) == "1" and "https" or "http" },
	}
	local came = txn.http:req_get_headers()
	for _, name in ipairs(signed) do
		local lines = came[name]
		for i = 0, lines and #lines or -1 do
			headers[name] = headers[name] or {}
			table.insert(headers[name], lines[i])
		end
	end
	local cert = txn.f:ssl_c_der()
	if cert and #cert > 0 then
		headers["x-ssl-client-cert"] = { txn.c:base64(cert) }
		headers["x-ssl-client-verify"] = { tostring(txn.f:ssl_c_verify()) }
	end
	return core.httpclient():get({
		url = door .. "/auth/" .. policy,
		headers = headers,
		timeout = 5000,
	})
end

core.register_action("doorward", { "http-req" }, function(txn, policy)
	txn:set_var("txn.doorward.allow", false)
	txn:set_var("txn.doorward.status", 503)
	local answer = ask(txn, policy)
	if not answer or not answer.status or answer.status < 200 then
		return
	end
	for variable, header in pairs(facts) do
		local values = answer.headers and answer.headers[header]
		if values then
			txn:set_var(variable, values[0])
		end
	end
	txn:set_var("txn.doorward.status", answer.status)
	txn:set_var("txn.doorward.allow", answer.status == 200)
end, 1)
