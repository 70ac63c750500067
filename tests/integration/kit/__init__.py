# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""What the integration tests stand on: real servers, certificates, names, clients."""
