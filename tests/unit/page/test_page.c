/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "page/page.h"

#include "unit/page/kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <stdio.h>

#define HOSTILE "<img src=x onerror=alert(1)>\\u0000\\u202e\\\"'&</td></script>"
#define SHOWN                                                                                      \
	"&lt;img src=x onerror=alert(1)&gt;\\x00\\xe2\\x80\\xae&quot;&#39;&amp;&lt;/td&gt;&lt;/"   \
	"script&gt;"

static const char status[] =
	"{\"version\":\"9.9\",\"pid\":7,\"time\":\"2026-11-29T17:00:00Z\",\"ready\":true,"
	"\"config\":\"" HOSTILE "\",\"generation\":\"" HOSTILE "\",\"listen\":[\"" HOSTILE "\"],"
	"\"recent\":[{\"ms\":10000,\"allow\":123,\"deny\":20,\"error\":1}],\"uptime_s\":90061,"
	"\"workers\":4,\"log_lines_lost\":3,"
	"\"decisions\":{\"allow\":75,\"deny\":20,\"error\":5,\"from_cache\":50},"
	"\"policies\":[{\"policy\":\"" HOSTILE "\",\"allow\":1234567,\"deny\":2,\"error\":3,"
	"\"reasons\":[{\"verdict\":\"allow\",\"reason\":\"rule\",\"count\":1234567}]},"
	"{\"policy\":null,\"allow\":0,\"deny\":8,\"error\":0,\"reasons\":[]}],"
	"\"dns\":{\"resolvers\":[{\"server\":\"192.0.2.53:53\",\"asked\":true,\"up\":true,"
	"\"rtt_us\":12345,\"slowest_us\":998000,\"queries\":4711,\"tcp_queries\":12,"
	"\"tcp_fallbacks\":6,\"cookies\":true,\"errors\":{\"timeout\":3,\"<img src=x>\":1,"
	"\"other\":0}},{\"server\":\"" HOSTILE "\",\"asked\":true,\"up\":false,"
	"\"rtt_us\":null}],\"queries\":99,\"timeouts\":7,"
	"\"cache\":{\"hits\":3,\"misses\":1,\"entries\":11,\"bytes\":2097152,"
	"\"max_bytes\":4194304}},"
	"\"bans\":2,\"newest_bans\":[{\"host\":\"" HOSTILE "\",\"until\":null,"
	"\"made\":\"2026-11-29T16:00:00Z\",\"by\":\"root\",\"why\":\"" HOSTILE "\"}],"
	"\"shared\":{\"store\":\"" HOSTILE "\",\"up\":false,\"members\":2},"
	"\"certificates\":{\"cache_hits\":1,\"cache_misses\":1,\"bad_files\":1,\"end_soon\":["
	"{\"kind\":\"crl\",\"name\":\"" HOSTILE "\",\"ends\":\"2020-01-01T00:00:00Z\"}]},"
	"\"configuration\":{\"loaded\":\"2026-11-29T16:00:00Z\",\"reloads\":2,"
	"\"failed_reloads\":1},"
	"\"last_reload\":{\"number\":3,\"result\":\"failure\",\"time\":\"2026-11-29T16:30:00Z\","
	"\"findings\":\"one: error: " HOSTILE "\\ntwo\\n\",\"change_count\":9,\"changes\":["
	"{\"section\":\"" HOSTILE "\",\"key\":\"" HOSTILE "\",\"before\":\"" HOSTILE
	"\",\"after\":\"" HOSTILE "\"},{\"section\":\"policy x\",\"key\":null,"
	"\"before\":null,\"after\":\"configured\"}]},"
	"\"rates\":[{\"policy\":\"" HOSTILE "\",\"rule\":\"" HOSTILE "\",\"by\":\"host\","
	"\"limit\":1000,\"seconds\":60,\"clients\":[{\"client\":\"" HOSTILE
	"\",\"used\":997,\"over\":true,\"refused\":12345}]}],"
	"\"files\":[{\"path\":\"" HOSTILE "\",\"modified\":\"2026-11-29T15:00:00Z\"},"
	"{\"path\":\"/gone\",\"kind\":\"named\",\"modified\":null},"
	"{\"path\":\"/bans\",\"kind\":\"optional\",\"modified\":null}]}";

/* Two series, of which the newest value of each belongs to the same ten seconds. */
static const char history[] =
	"{\"step_s\":10,\"end\":1795972934,\"series\":["
	"{\"policy\":\"" HOSTILE "\",\"verdict\":\"allow\",\"reason\":\"rule\","
	"\"values\":[0,100,100,250],\"current\":5},"
	"{\"policy\":null,\"verdict\":\"deny\",\"reason\":\"" HOSTILE "\",\"values\":[30,10]},"
	"{\"policy\":\"b\",\"verdict\":\"error\",\"reason\":\"dns_error\",\"values\":[]}]}";

static const char recent[] =
	"{\"recent\":[{\"id\":\"" HOSTILE "\",\"time\":\"2020-01-02T03:04:05Z\","
	"\"verdict\":\"deny\",\"status\":403,\"reason\":\"default\",\"detail\":\"" HOSTILE "\","
	"\"policy\":\"" HOSTILE "\",\"ip\":\"192.0.2.1\",\"rdns\":\"none\","
	"\"user_agent\":\"" HOSTILE "\",\"method\":\"" HOSTILE "\",\"uri\":\"" HOSTILE "\","
	"\"ms\":0.125},"
	"{\"time\":\"" HOSTILE "\",\"verdict\":\"allow\",\"reason\":\"rule\","
	"\"rule\":\"/etc/doorward/doorward.conf:7\",\"hostname\":\"" HOSTILE "\"}]}";

static const char explained[] =
	"{\"verdict\":\"deny\",\"status\":403,\"reason\":\"default\",\"rule\":\"/a.conf:9\","
	"\"policy\":\"" HOSTILE "\",\"ip\":\"192.0.2.1\",\"rdns\":{\"result\":\"verified\","
	"\"hostname\":\"" HOSTILE "\",\"names\":[\"" HOSTILE "\",\"b\"],\"ptr\":[],"
	"\"queries\":[{\"name\":\"" HOSTILE "\",\"type\":\"PTR\",\"answer\":\"" HOSTILE "\","
	"\"ttl\":60,\"ms\":3,\"server\":\"192.0.2.53:53\",\"cached\":false}]},"
	"\"kept_out\":[],\"cert\":{\"present\":true,\"verified\":false,\"error\":null,"
	"\"subject\":\"" HOSTILE "\"},\"max_age\":5,\"max_age_reason\":\"rule\","
	"\"log\":{\"time\":\"2026-11-29T17:00:00Z\",\"verdict\":\"allow\",\"status\":200,"
	"\"differs\":[\"verdict\",\"status\"],\"notes\":[\"" HOSTILE "\"]},"
	"\"steps\":[{\"rule\":\"/a.conf:8\",\"text\":\"user_agent " HOSTILE "\","
	"\"action\":\"allow\",\"outcome\":\"false\",\"terms\":[{\"text\":\"x\","
	"\"outcome\":\"false\"}]},{\"rule\":\"/a.conf:9\",\"text\":\"a & b\","
	"\"action\":\"deny\",\"outcome\":\"true\",\"terms\":[{\"text\":\"a\","
	"\"outcome\":\"true\"},{\"text\":\"" HOSTILE "\",\"outcome\":\"unknown\"}]}]}";

static struct bytes respond(
	enum page_view view, const char *target, const struct page_documents *documents)
{
	struct bytes out = {0};

	page_respond(view, str_view(target), documents, &out);
	assert_false(out.failed);
	return out;
}

static bool has(const struct bytes *b, const char *text)
{
	return memmem(b->data, b->len, text, strlen(text)) != NULL;
}

static size_t count_of(const struct bytes *b, const char *text)
{
	const char *at = (const char *)b->data;
	const char *end = at + b->len;
	size_t count = 0;

	while ((at = memmem(at, (size_t)(end - at), text, strlen(text))) != NULL) {
		at++;
		count++;
	}
	return count;
}

static struct str body_of(const struct bytes *response)
{
	const char *data = (const char *)response->data;
	const char *blank = memmem(data, response->len, "\r\n\r\n", 4);

	assert_non_null(blank);
	return str_from(bytes_view(response), (size_t)(blank - data) + 4);
}

static void is_sound(const struct bytes *response)
{
	const char *fault = kit_html_fault(body_of(response));

	if (fault != NULL) {
		print_message("%s\n", fault);
	}
	assert_null(fault);
}

static void paths_of_the_page(void **state)
{
	assert_int_equal(page_view_at(str_view("/")), PAGE_OVERVIEW);
	assert_int_equal(page_view_at(str_view("/decisions")), PAGE_DECISIONS);
	assert_int_equal(page_view_at(str_view("/why")), PAGE_WHY);
	assert_int_equal(page_view_at(str_view("/whatif")), PAGE_WHATIF);
	assert_int_equal(page_view_at(str_view("/change")), PAGE_CHANGE);
	assert_int_equal(page_view_at(str_view("")), PAGE_NONE);
	assert_int_equal(page_view_at(str_view("//")), PAGE_NONE);
	assert_int_equal(page_view_at(str_view("/index.html")), PAGE_NONE);
	assert_int_equal(page_view_at(str_view("/auth")), PAGE_NONE);
}

static void texts_of_others_are_text(void **state)
{
	const struct page_documents documents = {.status = str_view(status)};
	struct bytes page = respond(PAGE_OVERVIEW, "/", &documents);

	is_sound(&page);
	assert_false(has(&page, "<img"));
	/*
	 * config, generation, listen, policy, server, ban twice, store, name, findings,
	 * path; a rate's client, policy and rule; a change's section, key and two values
	 */
	assert_int_equal(count_of(&page, SHOWN), 18);
	bytes_clear(&page);
}

static void the_state_is_shown(void **state)
{
	static const char *const shown[] = {"doorward 9.9, PID 7", "for 1 d 1 h", "1,234,567",
		"<dt>Decisions a second</dt><dd>14.4</dd>", "<dt>Denied a second</dt><dd>2.00</dd>",
		"without a policy", "12.3 ms", ">down<", "11 entries, 2 MiB of 4 MiB", "75.0",
		"3 of 4 lookups", "50 of 100 decisions", "failed</span>, 2026-11-29T16:30:00Z",
		"what was in force still is", ">gone<",
		"/bans</td><td class=\"line\">does not exist, and need not</td>",
		"3 lines of the log are lost", "1 files of trust stores", "line bad",
		"<dt>Bans</dt><dd>2</dd>", "<td class=\"line\">it is lifted</td>", "998.0 ms",
		"4,711", "in use", "timeout\302\2403", "12,345", "7 more changes are not kept",
		"configured"};
	const struct page_documents documents = {.status = str_view(status)};
	struct bytes page = respond(PAGE_OVERVIEW, "/", &documents);

	for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
		if (!has(&page, shown[i])) {
			print_message("not shown: %s\n", shown[i]);
		}
		assert_true(has(&page, shown[i]));
	}
	bytes_clear(&page);
}

static void decisions_are_shown_as_text(void **state)
{
	const struct page_documents documents = {.recent = str_view(recent)};
	struct bytes page = respond(
		PAGE_DECISIONS, "/decisions?address=%22%3E%3Cb%3E&host=&denied=1", &documents);

	is_sound(&page);
	assert_false(has(&page, "<img"));
	/* detail, policy, user_agent, method, uri, time, hostname */
	assert_int_equal(count_of(&page, SHOWN), 7);
	assert_true(has(&page, "name=\"address\""));
	assert_true(has(&page, "value=\"&quot;&gt;&lt;b&gt;\""));
	assert_true(has(&page, "value=\"1\" checked"));
	assert_true(has(&page, ">2020-01-02T03:04:05Z<"));
	assert_true(has(&page, "<td role=\"cell\" data-label=\"rule\">doorward.conf:7</td>"));
	assert_true(has(&page, ">0.125<"));
	bytes_clear(&page);
}

static void a_wrong_query_is_told(void **state)
{
	const struct page_documents documents = {.recent = str_view("{\"error\":\"<b>no\"}")};
	struct bytes page = respond(PAGE_DECISIONS, "/decisions?address=%zz", &documents);

	is_sound(&page);
	assert_true(has(&page, "<p class=\"alert\">&lt;b&gt;no</p>"));
	bytes_clear(&page);
}

static void the_hour_is_drawn(void **state)
{
	const struct page_documents documents = {
		.history = str_view(history), .recent = str_view(recent)};
	struct bytes page = respond(PAGE_OVERVIEW, "/", &documents);

	is_sound(&page);
	/* 250 in ten seconds of a scale to 30: four steps of two units, two of them the same. */
	assert_true(
		has(&page, "<path class=\"curve allow\" d=\"M712 100.0H714V66.7H718V16.7H720\"/>"));
	assert_true(
		has(&page, "<path class=\"curve deny\" d=\"M712 100.0H716V90.0H718V96.7H720\"/>"));
	assert_true(has(&page, "allow 25.0/s"));
	assert_true(has(&page, "allow 25.0, deny 3.00, error 0.00\""));
	/* The reason that no request had has no curve. */
	assert_false(has(&page, "dns_error 0.00"));
	/* Values and what is counted now. */
	assert_true(has(&page, "<td class=\"n\">455</td><td class=\"n\">455</td>"));
	/* policy; the reason in legend, summary and table; and the decisions */
	assert_int_equal(count_of(&page, SHOWN), 1 + 3 + 7);
	bytes_clear(&page);
}

static void a_decision_is_explained(void **state)
{
	const struct page_documents documents = {.explained = str_view(explained)};
	struct bytes page = respond(PAGE_WHY, "/why?id=%3Cb%3E", &documents);

	is_sound(&page);
	assert_false(has(&page, "<img"));
	/* policy and hostname twice; names, name, answer, subject, note, two rules */
	assert_int_equal(count_of(&page, SHOWN), 11);
	assert_true(has(&page, "value=\"&lt;b&gt;\""));
	assert_true(has(&page, "<dt>Verdict</dt><dd><span class=\"word bad\">deny</span>"));
	assert_true(has(&page, "<td>Verdict</td><td class=\"long\">allow</td><td class=\"long\">"
			       "<span class=\"word doubt\">deny</span></td>"));
	assert_true(has(&page, "<td>Reason</td><td class=\"long\">\xe2\x80\x93</td>"
			       "<td class=\"long\">default</td>"));
	assert_int_equal(count_of(&page, "<li class=\"decides\">"), 1);
	assert_true(has(&page, "<code>deny = a &amp; b</code> <small>/a.conf:9</small><ul>"));
	assert_true(has(&page, "All of it, as JSON"));
	bytes_clear(&page);
}

/* Ten seconds are not over, and one request was denied. */
static void what_is_not_in_the_curves_yet_is_not_denied(void **state)
{
	const struct page_documents documents = {
		.history = str_view("{\"step_s\":10,\"series\":[{\"verdict\":\"deny\","
				    "\"reason\":\"rate\",\"values\":[],\"current\":1}]}")};
	struct bytes page = respond(PAGE_OVERVIEW, "/", &documents);

	is_sound(&page);
	assert_false(has(&page, "Each request of the last hour was"));
	assert_true(has(&page, "<td>rate</td><td class=\"n\">1</td>"));
	bytes_clear(&page);
}

static void a_question_without_an_answer_is_a_form(void **state)
{
	static const enum page_view views[] = {PAGE_WHY, PAGE_WHATIF};

	for (size_t i = 0; i < ARRAY_LEN(views); i++) {
		struct page_documents documents = {.explained = {NULL, 0}};
		struct bytes page = respond(views[i], "/", &documents);

		is_sound(&page);
		assert_true(has(&page, "<form method=\"get\""));
		assert_false(has(&page, "<dt>Verdict"));
		assert_false(has(&page, "class=\"alert\""));
		bytes_clear(&page);
		documents.explained = str_view("{\"error\":\"<b>no\"}");
		page = respond(views[i], "/", &documents);
		is_sound(&page);
		assert_true(has(&page, "<p class=\"alert\">&lt;b&gt;no</p>"));
		bytes_clear(&page);
	}
}

static void a_change_is_a_form_with_a_token(void **state)
{
	const struct page_outcome good = {"200 OK", "", str_view("done <b>")};
	const struct page_outcome bad = {
		"401 Unauthorized", "WWW-Authenticate: Bearer\r\n", str_view("no <b>")};
	struct page_documents documents = {.writable = true};
	struct bytes page = respond(PAGE_CHANGE, "/change?ip=192.0.2.7&token=x", &documents);

	is_sound(&page);
	assert_true(has(&page, "<form method=\"post\" action=\"/ban\">"));
	assert_true(has(&page, "href=\"/change\" aria-current"));
	/* A link of others fills in nothing. */
	assert_false(has(&page, "192.0.2.7"));
	assert_false(has(&page, "id=\"outcome\""));
	bytes_clear(&page);
	documents.outcome = &good;
	page = respond(PAGE_CHANGE, "/change", &documents);
	is_sound(&page);
	assert_true(has(&page, "role=\"status\">done &lt;b&gt;</p>"));
	bytes_clear(&page);
	documents.outcome = &bad;
	page = respond(PAGE_CHANGE, "/change", &documents);
	is_sound(&page);
	assert_true(has(&page, "Status: 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\n"));
	assert_true(has(&page, "role=\"alert\">no &lt;b&gt;</p>"));
	bytes_clear(&page);
}

static void without_writing_there_is_no_form_that_changes(void **state)
{
	const struct page_documents documents = {.status = str_view(status)};

	for (enum page_view view = PAGE_OVERVIEW; view <= PAGE_CHANGE; view++) {
		struct bytes page = respond(view, "/", &documents);

		is_sound(&page);
		assert_false(has(&page, "method=\"post\""));
		assert_false(has(&page, "type=\"password\""));
		assert_false(has(&page, "href=\"/change\""));
		bytes_clear(&page);
	}
}

static void many_reasons_share_a_curve(void **state)
{
	struct bytes text = {0};
	struct bytes page;

	bytes_append_text(&text, "{\"step_s\":10,\"series\":[");
	for (unsigned i = 0; i < 200; i++) {
		bytes_appendf(&text, "%s{\"verdict\":\"deny\",\"reason\":\"r%u\",\"values\":[%u]}",
			i > 0 ? "," : "", i, i < 5 ? 1000 - i : 10);
	}
	bytes_append_text(&text, "]}");
	const struct page_documents documents = {.history = bytes_view(&text)};

	page = respond(PAGE_OVERVIEW, "/", &documents);
	is_sound(&page);
	assert_true(has(&page, "r4 99.6/s"));
	assert_false(has(&page, "r5 1.00/s"));
	assert_true(has(&page, "others 195/s"));
	bytes_clear(&page);
	bytes_clear(&text);
}

/* Documents that are absent, cut, or of other types. */
static void any_document_gives_a_page(void **state)
{
	static const char *const texts[] = {"", "{", "[]", "{}", "null", "7", "\"a\"",
		"{\"policies\":{\"a\":1},\"dns\":[],\"files\":7,\"last_reload\":[1],\"recent\":{}}",
		"{\"policies\":[1,null,[],{\"policy\":[]}],\"files\":[[]],\"listen\":[{},[],1.5]}",
		"{\"recent\":[{\"ms\":-1,\"allow\":-5}],\"uptime_s\":-3,\"time\":5}",
		"{\"uptime_s\":99999999999999999999}",
		"{\"rdns\":{\"queries\":[1,{}]},\"cert\":{\"present\":true,\"dns\":[[]]},\"log\":{"
		"\"notes\":"
		"[1,[]],\"differs\":[1]},\"steps\":[7,{\"terms\":[1,{}]}]}",
		"{\"step_s\":-1,\"series\":[{\"values\":[1]},{\"values\":{}},7,{\"verdict\":"
		"\"deny\","
		"\"values\":[-1,1e300,null,\"a\",9007199254740993]}],\"recent\":[1,{},[],null]}",
		"{\"step_s\":1e-300,\"series\":[{\"verdict\":\"deny\",\"values\":[1e308,1e308]}]}"};
	struct page_documents documents = {.status = {NULL, 0}};
	struct bytes page = respond(PAGE_OVERVIEW, "/", &documents);

	is_sound(&page);
	assert_true(has(&page, "cannot be written"));
	bytes_clear(&page);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		documents.status = str_view(texts[i]);
		documents.history = documents.status;
		documents.recent = documents.status;
		page = respond(PAGE_OVERVIEW, "/", &documents);
		is_sound(&page);
		bytes_clear(&page);
		page = respond(PAGE_DECISIONS, "/decisions?&&=&%", &documents);
		is_sound(&page);
		bytes_clear(&page);
		documents.explained = documents.status;
		page = respond(PAGE_WHATIF, "/whatif?ip=a&ip=b", &documents);
		is_sound(&page);
		bytes_clear(&page);
	}
}

/* The policy allows the element's text by its hash, which a browser computes in the same way. */
static void allows(
	const struct bytes *page, const char *directive, const char *start, const char *end)
{
	struct str body = body_of(page);
	const char *from = memmem(body.data, body.len, start, strlen(start));

	assert_non_null(from);
	from += strlen(start);
	const char *to = memmem(from, (size_t)(body.data + body.len - from), end, strlen(end));
	unsigned char digest[32];
	unsigned char text[64];
	char source[128];

	assert_non_null(to);
	assert_true(to - from > 1000);
	assert_int_equal(
		EVP_Digest(from, (size_t)(to - from), digest, NULL, EVP_sha256(), NULL), 1);
	EVP_EncodeBlock(text, digest, sizeof(digest));
	snprintf(source, sizeof(source), "; %s 'sha256-%s'; ", directive, (const char *)text);
	assert_true(has(page, source));
}

static void the_policy_allows_its_style_and_its_script_alone(void **state)
{
	const struct page_documents documents = {.status = str_view(status)};
	struct bytes page = respond(PAGE_OVERVIEW, "/", &documents);

	assert_true(has(&page, "\r\nContent-Security-Policy: default-src 'none'; "));
	assert_true(has(&page, "; base-uri 'none'; frame-ancestors 'none'\r\n"));
	allows(&page, "style-src", "<style>", "</style>");
	allows(&page, "script-src", "<script>", "</script>");
	assert_false(has(&page, " style=\""));
	assert_false(has(&page, "http://"));
	assert_false(has(&page, "https://"));
	assert_false(has(&page, "unsafe-"));
	bytes_clear(&page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_of_the_page),
		cmocka_unit_test(texts_of_others_are_text),
		cmocka_unit_test(the_state_is_shown),
		cmocka_unit_test(decisions_are_shown_as_text),
		cmocka_unit_test(a_wrong_query_is_told),
		cmocka_unit_test(the_hour_is_drawn),
		cmocka_unit_test(a_decision_is_explained),
		cmocka_unit_test(what_is_not_in_the_curves_yet_is_not_denied),
		cmocka_unit_test(a_question_without_an_answer_is_a_form),
		cmocka_unit_test(a_change_is_a_form_with_a_token),
		cmocka_unit_test(without_writing_there_is_no_form_that_changes),
		cmocka_unit_test(many_reasons_share_a_curve),
		cmocka_unit_test(any_document_gives_a_page),
		cmocka_unit_test(the_policy_allows_its_style_and_its_script_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
