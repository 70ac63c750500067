# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The end of a pseudo-terminal that a person would look at."""

import os


def read_to_end(ours):
    """All that programs have written to it, once the last of them has closed it. Closes it."""
    got = b""
    try:
        while piece := os.read(ours, 65536):
            got += piece
    except OSError:
        pass  # the other end is closed
    os.close(ours)
    return got
