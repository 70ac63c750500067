/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/keys.h"

#include "agent/url.h"
#include "kit.h"

#include <sys/stat.h>
#include <unistd.h>

#define X "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"

struct fixture {
	struct kit_key key;
	struct kit_key other;
	struct agent_keys *keys;
	struct diag diag;
	struct bytes text;
	char folder[64];
};

static int setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	kit_ed25519(&f.key, NULL, 7);
	kit_ed25519(&f.other, NULL, 8);
	f.keys = agent_keys_new(AGENT_REFUSE_EXAMPLE_KEYS);
	diag_init(&f.diag);
	bytes_init(&f.text, 0);
	strcpy(f.folder, "/tmp/doorward-agents-XXXXXX");
	assert_non_null(mkdtemp(f.folder));
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", f->folder);
	assert_int_equal(system(command), 0);
	bytes_clear(&f->text);
	diag_clear(&f->diag);
	agent_keys_unref(f->keys);
	kit_key_clear(&f->other);
	kit_key_clear(&f->key);
	return 0;
}

static void assert_finding(struct fixture *f, const char *expected)
{
	bytes_append_u8(&f->diag.text, '\0');
	assert_string_equal((const char *)f->diag.text.data, expected);
	f->diag.text.len = 0;
}

static bool has(const struct agent_keys *keys, const char *url, const struct kit_key *key)
{
	uint8_t thumbprint[AGENT_THUMBPRINT_LEN];
	size_t len;

	assert_true(base64_decode(
		BASE64_URL, str_view(key->keyid), thumbprint, sizeof(thumbprint), &len));
	return agent_keys_find(keys, str_view(url), thumbprint) != NULL;
}

/* Members in any order, other members, and blanks. */
static void one_key(void **state)
{
	struct fixture *f = *state;

	bytes_appendf(&f->text,
		"\n{ \"x\":1, \"keys\" : [ {\"use\":\"sig\", \"nbf\":1.5, \"key_ops\":[\"sign\","
		"\"verify\"], \"alg\":\"EdDSA\", \"other\":{}, %s ]}\n",
		f->key.jwk + 1);
	assert_true(agent_keys_add_text(f->keys, str_view("https://Agent.Example:443/"),
		bytes_view(&f->text), "a.json", &f->diag));
	assert_int_equal(f->diag.text.len, 0);
	assert_int_equal(agent_keys_agent_count(f->keys), 1);
	assert_int_equal(agent_keys_key_count(f->keys), 1);
	assert_true(agent_keys_has_agent(f->keys, str_view(KIT_AGENT)));
	assert_false(agent_keys_has_agent(f->keys, str_view("https://agent.exampl")));
	assert_true(has(f->keys, KIT_AGENT, &f->key));
	assert_false(has(f->keys, KIT_AGENT, &f->other));
	assert_false(has(f->keys, "https://agent.example.other", &f->key));
}

/* Keys that are left out, with what is said of them. */
static void keys_that_are_not_used(void **state)
{
	static const struct {
		const char *key;
		const char *finding; /* behind "a.json: keys[0]" */
	} cases[] = {
		{"1", ": warning: no JSON object: expected a key; the key is not used\n"},
		{"{}", ".kty: warning: an unsupported type of key: expected OKP, EC or RSA; the "
		       "key "
		       "is not used\n"},
		{"{\"kty\":\"oct\",\"k\":\"YQ\"}", ".kty: warning: an unsupported type of key: "
						   "expected OKP, EC or RSA; the key "
						   "is not used\n"},
		{"{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" X "\"}",
			".crv: warning: an unsupported curve: expected Ed25519 (OKP) or P-256 "
			"(EC); "
			"the key is not used\n"},
		{"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" X "\"}",
			": warning: an example key of RFC 9421, whose private key is public: "
			"expected a key of the agent's own; the key is not used\n"},
		{"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" X "=\"}",
			".x: warning: no number: expected base64url without padding; the key is "
			"not "
			"used\n"},
		{"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":1}",
			".x: warning: no number: expected base64url without padding; the key is "
			"not "
			"used\n"},
		{"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"YQ\"}",
			": warning: its numbers are no key: expected 32 bytes (Ed25519), a point "
			"of "
			"P-256, or a modulus of 2048 to 4096 bits with an exponent of at most 4 "
			"bytes (RSA); the key is not used\n"},
		{"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X "\",\"y\":\"" X "\"}",
			": warning: its numbers are no key: expected 32 bytes (Ed25519), a point "
			"of "
			"P-256, or a modulus of 2048 to 4096 bits with an exponent of at most 4 "
			"bytes (RSA); the key is not used\n"},
		{"{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"" X "\"}",
			": warning: its numbers are no key: expected 32 bytes (Ed25519), a point "
			"of "
			"P-256, or a modulus of 2048 to 4096 bits with an exponent of at most 4 "
			"bytes (RSA); the key is not used\n"},
		{"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" X "\",\"d\":\"" X "\"}",
			".d: warning: a private key: expected a public key; the key is not used\n"},
		{"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" X "\",\"use\":\"enc\"}",
			".use: warning: another use: expected \"sig\"; the key is not used\n"},
		{"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" X "\",\"key_ops\":[\"sign\"]}",
			".key_ops: warning: other uses: expected a list with \"verify\"; the key "
			"is "
			"not used\n"},
		{"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" X "\",\"alg\":\"ES256\"}",
			".alg: warning: another algorithm: expected that of this type of key "
			"(ed25519, ecdsa-p256-sha256 or rsa-pss-sha512); the key is not used\n"},
		{"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" X "\",\"nbf\":\"1\"}",
			".nbf: warning: no time: expected seconds since 1970-01-01 UTC; the key is "
			"not used\n"},
		{"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" X "\",\"exp\":-1}",
			".exp: warning: no time: expected seconds since 1970-01-01 UTC; the key is "
			"not used\n"},
	};
	static const char nothing[] =
		"a.json: warning: no key that can be used: no signature of this "
		"agent is verified\n";
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct agent_keys *keys = agent_keys_new(AGENT_REFUSE_EXAMPLE_KEYS);
		char finding[512];

		f->text.len = 0;
		bytes_appendf(&f->text, "{\"keys\":[%s]}", cases[i].key);
		assert_true(agent_keys_add_text(
			keys, str_view(KIT_AGENT), bytes_view(&f->text), "a.json", &f->diag));
		snprintf(
			finding, sizeof(finding), "a.json: keys[0]%s%s", cases[i].finding, nothing);
		assert_finding(f, finding);
		assert_int_equal(agent_keys_key_count(keys), 0);
		assert_true(agent_keys_has_agent(keys, str_view(KIT_AGENT)));
		agent_keys_unref(keys);
	}
}

/* At the well-known path it is the thumbprint; elsewhere it is the owner's own. */
static void key_identifiers(void **state)
{
	struct fixture *f = *state;
	char *kid = strstr(f->key.jwk, ",\"kid\"");

	strcpy(kid, ",\"kid\":\"mine\"}");
	bytes_appendf(&f->text, "{\"keys\":[%s]}", f->key.jwk);
	assert_true(agent_keys_add_text(
		f->keys, str_view(KIT_AGENT), bytes_view(&f->text), "a.json", &f->diag));
	assert_finding(f,
		"a.json: keys[0].kid: warning: not the thumbprint of the key (RFC 7638): expected "
		"it, or no kid; the key is not used\n"
		"a.json: warning: no key that can be used: no signature of this agent is "
		"verified\n");
	assert_true(agent_keys_add_text(f->keys, str_view(KIT_AGENT "/jwks.json"),
		bytes_view(&f->text), "b.json", &f->diag));
	assert_int_equal(f->diag.text.len, 0);
	assert_true(has(f->keys, KIT_AGENT "/jwks.json", &f->key));
	assert_false(has(f->keys, KIT_AGENT, &f->key));
}

/* The set in a Client ID Metadata Document, which is that of its own URL alone. */
static void client_metadata(void **state)
{
	static const struct {
		const char *client_id;
		const char *url;
		bool good;
	} cases[] = {
		{"\"https://agent.example/card\"", KIT_AGENT "/card", true},
		{"\"https://Agent.example:443/card\"", KIT_AGENT "/card", true},
		{"\"https://agent.example/card\"", KIT_AGENT "/other", false},
		{"\"https://agent.example/card/\"", KIT_AGENT "/card", false},
		{"\"https://agent.example\"", KIT_AGENT "/card", false},
		{"\"https://agent.example\"", KIT_AGENT, false},
		{"\"\"", KIT_AGENT "/card", false},
		{"1", KIT_AGENT "/card", false},
		{"null", KIT_AGENT "/card", false},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		f->text.len = 0;
		bytes_appendf(&f->text, "{\"client_id\":%s,\"jwks\":{\"keys\":[%s]}}",
			cases[i].client_id, f->key.jwk);
		struct agent_keys *keys = agent_keys_new(AGENT_REFUSE_EXAMPLE_KEYS);

		assert_int_equal(agent_keys_add_text(keys, str_view(cases[i].url),
					 bytes_view(&f->text), "a.json", &f->diag),
			cases[i].good);
		assert_int_equal(has(keys, cases[i].url, &f->key), cases[i].good);
		agent_keys_unref(keys);
	}
	f->diag.text.len = 0;
	assert_false(agent_keys_add_text(f->keys, str_view(KIT_AGENT "/card"),
		str_view("{\"client_id\":\"https://agent.example/card\","
			 "\"jwks_uri\":\"https://other.example/keys\"}"),
		"a.json", &f->diag));
	assert_finding(f, "a.json: error: is not a JSON Web Key Set: expected an object with a "
			  "list \"keys\", or with this URL as \"client_id\" and a key set as "
			  "\"jwks\"\n");
}

static void texts_that_are_no_key_sets(void **state)
{
	static const struct {
		const char *text;
		const char *finding;
	} cases[] = {
		{"", "a.json:1: error: is not JSON: '[' or '{' expected near end of file\n"},
		{"{\"keys\":[", "a.json:1:9: error: is not JSON: ']' expected near end of file\n"},
		{"[]", "a.json: error: is not a JSON Web Key Set: expected an object with a list "
		       "\"keys\"\n"},
		{"{\"keys\":{}}",
			"a.json: error: is not a JSON Web Key Set: expected an object with "
			"a list \"keys\"\n"},
		{"{\"keys\":[],\"keys\":[]}",
			"a.json:1:17: error: is not JSON: duplicate object key near '\"keys\"'\n"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_false(agent_keys_add_text(
			f->keys, str_view(KIT_AGENT), str_view(cases[i].text), "a.json", &f->diag));
		assert_finding(f, cases[i].finding);
	}
	assert_false(agent_keys_add_text(
		f->keys, str_view("http://x"), str_view("{\"keys\":[]}"), "a.json", &f->diag));
	assert_finding(f,
		"a.json: error: http://x is not the URL of an agent: expected https://HOST, "
		"perhaps with a port and a path, as its signatures have it in Signature-Agent\n");
	bytes_append_text(&f->text, "{\"keys\":[0");
	for (size_t i = 0; i < AGENT_KEYS_MAX; i++) {
		bytes_append_text(&f->text, ",0");
	}
	bytes_append_text(&f->text, "]}");
	assert_false(agent_keys_add_text(
		f->keys, str_view(KIT_AGENT), bytes_view(&f->text), "a.json", &f->diag));
	assert_finding(f, "a.json: error: 65 keys: expected at most 64\n");
	assert_int_equal(agent_keys_agent_count(f->keys), 0);
}

static void many_keys(void **state)
{
	struct fixture *f = *state;
	struct kit_key keys[AGENT_KEYS_MAX];

	for (size_t i = 0; i < AGENT_KEYS_MAX; i++) {
		kit_ed25519(&keys[i], NULL, (uint8_t)(i + 1));
		bytes_appendf(&f->text, "%s%s", i > 0 ? "," : "{\"keys\":[", keys[i].jwk);
	}
	bytes_append_text(&f->text, "]}");
	assert_true(agent_keys_add_text(
		f->keys, str_view(KIT_AGENT), bytes_view(&f->text), "a.json", &f->diag));
	assert_int_equal(agent_keys_key_count(f->keys), AGENT_KEYS_MAX);
	for (size_t i = 0; i < AGENT_KEYS_MAX; i++) {
		assert_true(has(f->keys, KIT_AGENT, &keys[i]));
		kit_key_clear(&keys[i]);
	}
}

static void one_agent_twice(void **state)
{
	struct fixture *f = *state;

	bytes_appendf(&f->text, "{\"keys\":[%s,%s]}", f->key.jwk, f->key.jwk);
	assert_true(agent_keys_add_text(
		f->keys, str_view(KIT_AGENT), bytes_view(&f->text), "a.json", &f->diag));
	assert_finding(f, "a.json: keys[1]: warning: the same key as an earlier one; it is not "
			  "used\n");
	assert_false(agent_keys_add_text(f->keys, str_view(KIT_AGENT AGENT_URL_WELL_KNOWN),
		bytes_view(&f->text), "b.json", &f->diag));
	assert_finding(f, "b.json: error: https://agent.example has keys from another file\n");
}

static void too_many_agents(void **state)
{
	struct fixture *f = *state;
	char url[64];

	for (size_t i = 0; i <= AGENT_KEYS_AGENTS_MAX; i++) {
		snprintf(url, sizeof(url), "https://a%zu.example", i * 7919 % 100003);
		bool added = agent_keys_add_text(
			f->keys, str_view(url), str_view("{\"keys\":[]}"), "a.json", &f->diag);

		assert_int_equal(added, i < AGENT_KEYS_AGENTS_MAX);
		assert_int_equal(agent_keys_has_agent(f->keys, str_view(url)), added);
	}
	assert_int_equal(agent_keys_agent_count(f->keys), AGENT_KEYS_AGENTS_MAX);
}

static const char *path_of(const struct fixture *f, const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", f->folder, name);
	return path;
}

static void write_file(const struct fixture *f, const char *name, const char *text)
{
	FILE *file = fopen(path_of(f, name), "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void write_key(struct fixture *f, const char *name, const struct kit_key *key)
{
	char text[4096];

	snprintf(text, sizeof(text), "{\"keys\":[%s]}", key->jwk);
	write_file(f, name, text);
}

static struct agent_keys *read_folder(
	struct fixture *f, const struct agent_keys *before, bool expected)
{
	static const struct place from = {.file = "doorward.conf", .line = 7};
	struct agent_keys *keys = agent_keys_new(AGENT_REFUSE_EXAMPLE_KEYS);

	assert_int_equal(agent_keys_add_folder(keys, f->folder, before, &from, &f->diag), expected);
	return keys;
}

static void folders(void **state)
{
	struct fixture *f = *state;

	write_key(f, "agent.example.json", &f->key);
	write_key(f, "b.example.json", &f->other);
	write_file(f, ".c.example.json", "half");
	write_file(f, "README", "no keys");
	write_file(f, ".json", "no keys");
	struct agent_keys *first = read_folder(f, NULL, true);

	assert_int_equal(f->diag.text.len, 0);
	assert_int_equal(agent_keys_agent_count(first), 2);
	assert_true(has(first, KIT_AGENT, &f->key));
	assert_false(has(first, KIT_AGENT, &f->other));
	assert_true(has(first, "https://b.example", &f->other));
	assert_int_equal(agent_keys_bad_files(first), 0);

	/* A file that is spoilt keeps its keys; one that is gone has none; a new key replaces. */
	write_file(f, "agent.example.json", "{\"keys\":");
	assert_int_equal(unlink(path_of(f, "b.example.json")), 0);
	struct agent_keys *second = read_folder(f, first, true);

	assert_int_equal(f->diag.errors, 0);
	assert_int_equal(f->diag.warnings, 1);
	assert_int_equal(agent_keys_bad_files(second), 1);
	assert_true(has(second, KIT_AGENT, &f->key));
	assert_false(agent_keys_has_agent(second, str_view("https://b.example")));
	agent_keys_unref(first);
	assert_true(has(second, KIT_AGENT, &f->key));

	write_key(f, "agent.example.json", &f->other);
	struct agent_keys *third = read_folder(f, second, true);

	assert_true(has(third, KIT_AGENT, &f->other));
	assert_false(has(third, KIT_AGENT, &f->key));
	agent_keys_unref(second);
	agent_keys_unref(third);

	/* Without earlier keys a spoilt file is an error. */
	write_file(f, "agent.example.json", "{\"keys\":");
	agent_keys_unref(read_folder(f, NULL, false));
	assert_int_equal(f->diag.errors, 1);
}

static void names_of_files(void **state)
{
	static const char *const bad[] = {"Agent.example.json", "agent.example:443.json",
		"agent.example%2fjwks.json", "agent.example%2F.json"};
	struct fixture *f = *state;
	char finding[512];

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		write_key(f, bad[i], &f->key);
		struct agent_keys *keys = read_folder(f, NULL, true);

		snprintf(finding, sizeof(finding),
			"%s/%s: warning: is not read: expected a name such as chatgpt.com.json, "
			"which doorward check-keys tells for the URL of an agent\n",
			f->folder, bad[i]);
		assert_finding(f, finding);
		assert_int_equal(agent_keys_agent_count(keys), 0);
		assert_int_equal(agent_keys_bad_files(keys), 1);
		agent_keys_unref(keys);
		assert_int_equal(unlink(path_of(f, bad[i])), 0);
	}
}

/* No file speaks for another agent of its host. */
static void ports_and_paths(void **state)
{
	static const struct {
		const char *name;
		const char *url;
	} files[] = {
		{"agent.example:8443.json", KIT_AGENT ":8443"},
		{"agent.example%2Fjwks.json", KIT_AGENT "/jwks"},
		{"agent.example:8443%2Fjwks.json", KIT_AGENT ":8443/jwks"},
		{"agent.example.json", KIT_AGENT},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		write_key(f, files[i].name, &f->key);
		struct agent_keys *keys = read_folder(f, NULL, true);

		assert_int_equal(f->diag.text.len, 0);
		assert_int_equal(agent_keys_agent_count(keys), 1);
		for (size_t u = 0; u < ARRAY_LEN(files); u++) {
			assert_int_equal(has(keys, files[u].url, &f->key), u == i);
		}
		agent_keys_unref(keys);
		assert_int_equal(unlink(path_of(f, files[i].name)), 0);
	}
}

static void files_that_cannot_be_read(void **state)
{
	struct fixture *f = *state;
	char finding[512];
	FILE *file;

	assert_int_equal(mkfifo(path_of(f, "agent.example.json"), 0600), 0);
	agent_keys_unref(read_folder(f, NULL, false));
	snprintf(finding, sizeof(finding),
		"%s/agent.example.json: error: is not a regular file: expected a JSON Web Key "
		"Set\n",
		f->folder);
	assert_finding(f, finding);
	assert_int_equal(unlink(path_of(f, "agent.example.json")), 0);

	assert_int_equal(symlink("nothing", path_of(f, "agent.example.json")), 0);
	agent_keys_unref(read_folder(f, NULL, false));
	snprintf(finding, sizeof(finding),
		"%s/agent.example.json: error: cannot be read: No such file or directory\n",
		f->folder);
	assert_finding(f, finding);
	assert_int_equal(unlink(path_of(f, "agent.example.json")), 0);

	file = fopen(path_of(f, "agent.example.json"), "w");
	assert_non_null(file);
	for (size_t i = 0; i <= AGENT_KEYS_FILE_MAX; i++) {
		fputc(' ', file);
	}
	fclose(file);
	agent_keys_unref(read_folder(f, NULL, false));
	snprintf(finding, sizeof(finding),
		"%s/agent.example.json: error: is too long: expected at most 262144 bytes\n",
		f->folder);
	assert_finding(f, finding);
	assert_int_equal(unlink(path_of(f, "agent.example.json")), 0);

	static const struct place from = {.file = "doorward.conf", .line = 7};

	assert_false(agent_keys_add_folder(f->keys, "/nowhere", NULL, &from, &f->diag));
	assert_finding(f,
		"doorward.conf:7: error: cannot read the folder /nowhere: No such file or "
		"directory\n");
}

static void stamps(void **state)
{
	struct fixture *f = *state;
	uint64_t empty = agent_keys_folder_stamp(f->folder);

	write_file(f, "README", "1");
	write_key(f, "agent.example.json", &f->key);
	uint64_t one = agent_keys_folder_stamp(f->folder);

	assert_true(one != empty);
	assert_true(one == agent_keys_folder_stamp(f->folder));
	write_key(f, "agent.example.json.new", &f->other);
	char from[256];

	strcpy(from, path_of(f, "agent.example.json.new"));
	assert_int_equal(rename(from, path_of(f, "agent.example.json")), 0);
	assert_true(one != agent_keys_folder_stamp(f->folder));
	assert_true(agent_keys_folder_stamp("/nowhere") == agent_keys_folder_stamp("/nowhere"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_key, setup, teardown),
		cmocka_unit_test_setup_teardown(keys_that_are_not_used, setup, teardown),
		cmocka_unit_test_setup_teardown(key_identifiers, setup, teardown),
		cmocka_unit_test_setup_teardown(client_metadata, setup, teardown),
		cmocka_unit_test_setup_teardown(texts_that_are_no_key_sets, setup, teardown),
		cmocka_unit_test_setup_teardown(many_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(one_agent_twice, setup, teardown),
		cmocka_unit_test_setup_teardown(too_many_agents, setup, teardown),
		cmocka_unit_test_setup_teardown(folders, setup, teardown),
		cmocka_unit_test_setup_teardown(names_of_files, setup, teardown),
		cmocka_unit_test_setup_teardown(ports_and_paths, setup, teardown),
		cmocka_unit_test_setup_teardown(files_that_cannot_be_read, setup, teardown),
		cmocka_unit_test_setup_teardown(stamps, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
