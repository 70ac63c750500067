/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "inspect.h"

#include "tcp_peers.h"

bool inspect_before_serving(const struct config *config, struct diag *diag)
{
	struct tcp_peers peers;
	bool good = tcp_peers_init(&peers, config, diag) &&
		    tcp_peers_check_listen(&peers, config, diag);

	tcp_peers_clear(&peers);
	return good;
}

bool inspect(const struct config *config, struct diag *diag)
{
	return inspect_before_serving(config, diag);
}
