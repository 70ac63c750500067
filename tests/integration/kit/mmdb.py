# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Writes databases in the MaxMind DB format 2.0, as far as tests need them."""

import ipaddress
import struct

MARKER = b"\xab\xcd\xefMaxMind.com"


# The types that the format prescribes for its description of itself.
TYPES = {
    "binary_format_major_version": (5, ">H"),
    "binary_format_minor_version": (5, ">H"),
    "build_epoch": (9, ">Q"),
    "ip_version": (5, ">H"),
    "node_count": (6, ">I"),
    "record_size": (5, ">H"),
}


def encode(value, key=None):
    """A value of the data section: dict, str, bool, int (unsigned, of 32 bits by itself), list."""
    if isinstance(value, dict):
        return control(7, len(value)) + b"".join(
            encode(k) + encode(v, k) for k, v in value.items()
        )
    if isinstance(value, str):
        data = value.encode()
        return control(2, len(data)) + data
    if isinstance(value, bool):
        return control(14, int(value))
    if isinstance(value, list):
        return control(11, len(value)) + b"".join(encode(item) for item in value)
    kind, form = TYPES.get(key, (6, ">I"))
    return control(kind, struct.calcsize(form)) + struct.pack(form, value)


def control(kind, size):
    if size < 29:
        low, more = size, b""
    elif size < 285:
        low, more = 29, bytes([size - 29])
    else:
        low, more = 30, struct.pack(">H", size - 285)
    return (bytes([low, kind - 7]) if kind > 7 else bytes([kind << 5 | low])) + more


class Database:
    """A tree of IPv6, with IPv4 below ::/96; longer prefixes are added after shorter ones."""

    def __init__(self, kind, built_s):
        self.kind, self.built_s = kind, built_s
        self.nodes = [[None, None]]
        self.data, self.offsets = b"", {}

    def entry(self, value):
        data = encode(value)
        if data not in self.offsets:
            self.offsets[data] = len(self.data)
            self.data += data
        return ("data", self.offsets[data])

    def add(self, prefix, value):
        network = ipaddress.ip_network(prefix)
        number, length = int(network.network_address), network.prefixlen
        if network.version == 4:
            length += 96
        leaf, node = self.entry(value), 0
        for i in range(length):
            bit = number >> (127 - i) & 1
            record = self.nodes[node][bit]
            if i + 1 == length:
                self.nodes[node][bit] = leaf
            elif isinstance(record, int):
                node = record
            else:
                self.nodes[node][bit] = len(self.nodes)
                node = len(self.nodes)
                self.nodes.append([record, record])

    def written(self, **metadata):
        count = len(self.nodes)

        def number(record):
            if record is None:
                return count
            return record if isinstance(record, int) else count + 16 + record[1]

        tree = b"".join(struct.pack(">II", number(a), number(b)) for a, b in self.nodes)
        about = {
            "binary_format_major_version": 2,
            "binary_format_minor_version": 0,
            "build_epoch": self.built_s,
            "database_type": self.kind,
            "description": {"en": "for tests"},
            "ip_version": 6,
            "languages": ["en"],
            "node_count": count,
            "record_size": 32,
            **metadata,
        }
        return tree + bytes(16) + self.data + MARKER + encode(about)


def asn_database(networks, built_s, kind="Example-ASN"):
    """`networks`: {prefix: AS number}."""
    database = Database(kind, built_s)
    for prefix, number in networks.items():
        value = {"autonomous_system_number": number, "autonomous_system_organization": "Example"}
        database.add(prefix, value)
    return database.written()


def country_database(networks, built_s, kind="Example-Country"):
    """`networks`: {prefix: ISO 3166-1 alpha-2 code}."""
    database = Database(kind, built_s)
    for prefix, code in networks.items():
        value = {
            "continent": {"code": "EU", "names": {"en": "Europe"}},
            "country": {"is_in_european_union": True, "iso_code": code, "names": {"en": code}},
        }
        database.add(prefix, value)
    return database.written()
