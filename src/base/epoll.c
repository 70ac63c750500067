/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/epoll.h"

#include <errno.h>
#include <sys/epoll.h>

int epoll_reserve(int set, int fd)
{
	struct epoll_event none = {.data.fd = fd};

	return epoll_ctl(set, EPOLL_CTL_ADD, fd, &none) == 0 || errno == EEXIST ? 0 : errno;
}
