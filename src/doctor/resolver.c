/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "doctor/resolver.h"

#include "base/clock.h"
#include "base/random.h"
#include "dns/wire/message.h"
#include "dns/wire/status.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_MS 2000
#define REPLY_MAX 4096

/* The length of the matching reply; 0: errno. */
static size_t receive(int fd, const struct dns_query *query, uint64_t until_ms, uint8_t *reply)
{
	for (;;) {
		uint64_t now_ms = clock_ms();
		struct pollfd ready = {.fd = fd, .events = POLLIN};

		if (now_ms >= until_ms || poll(&ready, 1, (int)(until_ms - now_ms)) == 0) {
			errno = ETIMEDOUT;
			return 0;
		}
		/* poll(2) may have been interrupted, or have told of a datagram that is dropped. */
		ssize_t got = recv(fd, reply, REPLY_MAX, MSG_DONTWAIT);

		if (got < 0 && errno != EINTR && errno != EAGAIN) {
			return 0;
		}
		if (got > 0 && dns_reply_match(query, reply, (size_t)got) == DNS_MATCH_YES) {
			return (size_t)got;
		}
	}
}

static bool judge(
	const struct dns_query *query, const uint8_t *reply, size_t len, struct bytes *why)
{
	struct dns_answer answer;

	dns_reply_read(query, reply, len, &answer);
	enum dns_status status = dns_status_of(answer.kind);

	/* Truncated: it answers, and doorward would ask again over TCP. */
	if (!dns_status_is_failure(status) || status == DNS_STATUS_TRUNCATED) {
		return true;
	}
	bytes_appendf(why, "it answers %s: is it a resolver that this machine may use?",
		dns_status_word(status));
	return false;
}

bool doctor_ask_resolver(const struct endpoint *server, uint64_t *took_ms, struct bytes *why)
{
	static const struct addr loopback = {.family = ADDR_V4, .bytes = {127, 0, 0, 1}};
	struct dns_query query = {.type = DNS_TYPE_PTR};
	uint8_t message[DNS_QUERY_MAX];
	uint8_t reply[REPLY_MAX];
	struct sockaddr_storage address;
	socklen_t address_len = endpoint_to_sockaddr(server, &address);
	uint64_t start_ms = clock_ms();
	bool good = false;

	dns_name_reverse(&loopback, &query.name);
	random_bytes(&query.id, sizeof(query.id));
	size_t len = dns_query_build(&query, message);
	int fd = socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (len == 0 || fd < 0 ||
		connect(fd, (const struct sockaddr *)&address, address_len) != 0 ||
		send(fd, message, len, 0) != (ssize_t)len ||
		(len = receive(fd, &query, start_ms + WAIT_MS, reply)) == 0) {
		bytes_appendf(why,
			"it does not answer (%s): names cannot be looked up; [dns] nameservers "
			"names "
			"others",
			strerror(errno));
	} else {
		good = judge(&query, reply, len, why);
	}
	if (fd >= 0) {
		close(fd);
	}
	*took_ms = clock_ms() - start_ms;
	return good;
}
