# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The kit of the integration tests: real servers, certificates, names, clients."""
