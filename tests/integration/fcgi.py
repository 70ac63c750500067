# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers
"""A FastCGI 1.0 client, written from the specification alone, without code of the server.

Byte strings are built record by record, so that a test says exactly which bytes are sent:

    stream = begin(role=AUTHORIZER, keep=True, id=7) + params({'REMOTE_ADDR': '192.0.2.1'}, id=7) + stdin(b'', id=7)

and `request` is for most tests: one request, one parsed response.
"""

import re
import socket
import struct
import time
from collections import namedtuple

(BEGIN_REQUEST, ABORT_REQUEST, END_REQUEST, PARAMS, STDIN, STDOUT, STDERR, DATA,
 GET_VALUES, GET_VALUES_RESULT, UNKNOWN_TYPE) = range(1, 12)
RESPONDER, AUTHORIZER, FILTER = 1, 2, 3
KEEP_CONN = 1
REQUEST_COMPLETE, CANT_MPX_CONN, OVERLOADED, UNKNOWN_ROLE = 0, 1, 2, 3
MAX_CONTENT = 65535


class ProtocolError(Exception):
    """The peer sent bytes that FastCGI does not allow, or closed too early."""


Record = namedtuple('Record', 'version type id content padding')


def record(type, content=b'', id=1, padding=None, version=1, length=None, reserved=0):
    """One record. `padding`: a number of bytes (None: up to the next multiple of 8); `length`: a
    false length of the content."""
    if padding is None:
        padding = -len(content) % 8
    length = len(content) if length is None else length
    return struct.pack('>BBHHBB', version, type, id, length, padding, reserved) + content + b'\0' * padding


def begin(role=RESPONDER, keep=False, id=1, flags=None, **how):
    flags = (KEEP_CONN if keep else 0) if flags is None else flags
    return record(BEGIN_REQUEST, struct.pack('>HB5x', role, flags), id=id, **how)


def abort(id=1, **how):
    return record(ABORT_REQUEST, b'', id=id, **how)


def _bytes(text):
    return text if isinstance(text, bytes) else str(text).encode('utf-8', 'surrogateescape')


def encode_length(n, wide=False):
    """One byte below 128, four from 128 on (or with `wide`)."""
    return struct.pack('>I', n | 0x80000000) if wide or n > 127 else bytes([n])


def encode_pair(name, value, wide=False):
    name, value = _bytes(name), _bytes(value)
    return encode_length(len(name), wide) + encode_length(len(value), wide) + name + value


def encode_pairs(pairs, wide=False):
    """A dict or a list of pairs; a value that is a list or tuple repeats the name."""
    out = []
    for name, values in pairs.items() if isinstance(pairs, dict) else pairs:
        for value in values if isinstance(values, (list, tuple)) else [values]:
            out.append(encode_pair(name, value, wide))
    return b''.join(out)


def decode_pairs(data):
    pairs, at = [], 0
    while at < len(data):
        lengths = []
        for _ in range(2):
            if at < len(data) and data[at] < 128:
                lengths.append(data[at])
                at += 1
            elif at + 4 <= len(data):
                lengths.append(struct.unpack_from('>I', data, at)[0] & 0x7fffffff)
                at += 4
            else:
                raise ProtocolError('name-value pair cut short')
        name, value = data[at:at + lengths[0]], data[at + lengths[0]:at + sum(lengths)]
        at += sum(lengths)
        if at > len(data):
            raise ProtocolError('name-value pair cut short')
        pairs.append((name, value))
    return pairs


def stream(type, data, id=1, size=MAX_CONTENT, end=True, **how):
    """`data` as records of at most `size` bytes, and the empty record that ends the stream."""
    parts = [record(type, data[at:at + size], id=id, **how) for at in range(0, len(data), size)]
    if end:
        parts.append(record(type, b'', id=id, **how))
    return b''.join(parts)


def params(pairs, id=1, size=MAX_CONTENT, end=True, wide=False, **how):
    return stream(PARAMS, encode_pairs(pairs, wide), id=id, size=size, end=end, **how)


def stdin(data=b'', id=1, size=MAX_CONTENT, end=True, **how):
    return stream(STDIN, data, id=id, size=size, end=end, **how)


def get_values(*names):
    return record(GET_VALUES, encode_pairs([(name, '') for name in names]), id=0)


def request_bytes(pairs, role=RESPONDER, keep=False, body=b'', id=1, size=MAX_CONTENT):
    """A whole request as one byte string. `body` None: no STDIN record at all, as with Apache."""
    out = begin(role, keep, id) + params(pairs, id, size)
    return out if body is None else out + stdin(body, id, size)


def parse_records(data):
    """All whole records at the start of `data`, and the remaining bytes."""
    records, at = [], 0
    while at + 8 <= len(data):
        version, type, id, length, padding = struct.unpack_from('>BBHHBx', data, at)
        if at + 8 + length + padding > len(data):
            break
        records.append(Record(version, type, id, data[at + 8:at + 8 + length], padding))
        at += 8 + length + padding
    return records, data[at:]


class Reply:
    """The response to one request. `status` is None without a Status header; `headers` keeps order
    and repetitions."""

    def __init__(self, records):
        self.records = records
        self.stdout = b''.join(r.content for r in records if r.type == STDOUT)
        self.stderr = b''.join(r.content for r in records if r.type == STDERR)
        ends = [r for r in records if r.type == END_REQUEST]
        if len(ends) != 1 or records[-1] is not ends[0] or len(ends[0].content) != 8:
            raise ProtocolError('a reply ends with one END_REQUEST: %r' % (records,))
        if any(r.version != 1 for r in records):
            raise ProtocolError('a record of another version: %r' % (records,))
        self.app_status, self.protocol_status = struct.unpack('>IB3x', ends[0].content)
        self.status, self.headers, self.body = None, [], b''
        if self.stdout:
            self._parse_cgi()

    def _parse_cgi(self):
        head, found, self.body = self.stdout.partition(b'\r\n\r\n')
        if not found:
            raise ProtocolError('no empty line after the headers: %r' % self.stdout)
        for line in head.split(b'\r\n'):
            match = re.fullmatch(rb'([!#$%&\'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)', line)
            if match is None:
                raise ProtocolError('not a header: %r' % line)
            name, value = (part.decode('latin-1') for part in match.groups())
            self.headers.append((name, value.rstrip()))
        status = self.header('Status')
        if status is not None:
            self.status = int(status.split()[0])

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name, default=None):
        """The value of a header that comes once; a second one is an error of the server."""
        values = self.all(name)
        if len(values) > 1:
            raise ProtocolError('%s comes %d times' % (name, len(values)))
        return values[0] if values else default

    def without_id(self):
        """The response without X-Doorward-Id, which differs between any two."""
        return re.sub(rb'(?:Variable-)?X-Doorward-Id: [0-9a-f]{24}\r\n', b'', self.stdout, count=1)

    def __repr__(self):
        return 'Reply(status=%r, headers=%r, body=%r, app_status=%r, protocol_status=%r)' % (
            self.status, self.headers, self.body, self.app_status, self.protocol_status)


def connect(where, timeout=10):
    """'unix:PATH', '/PATH', 'HOST:PORT', '[V6]:PORT' or (host, port)."""
    if isinstance(where, str) and (where.startswith('unix:') or where.startswith('/')):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(timeout)
        sock.connect(where[5:] if where.startswith('unix:') else where)
        return sock
    if isinstance(where, str):
        host, _, port = where.rpartition(':')
        where = (host.strip('[]'), int(port))
    return socket.create_connection(where, timeout)


class Connection:
    """One connection; `records` has all records that came, in order."""

    def __init__(self, where, timeout=10):
        self.owned = not isinstance(where, socket.socket)
        self.sock = connect(where, timeout) if self.owned else where
        self.timeout = timeout
        self.records = []
        self.rest = b''
        self.unread = []
        self.eof = False

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if self.owned:
            self.close()

    def close(self):
        self.sock.close()

    def send(self, data, sizes=None):
        """`sizes`: bytes of each send, the last one repeated (1: byte by byte; (8, 3): 8, then 3 at a time)."""
        if sizes is None:
            self.sock.sendall(data)
            return
        sizes = [sizes] if isinstance(sizes, int) else list(sizes)
        at, n = 0, 0
        while at < len(data):
            step = sizes[min(n, len(sizes) - 1)]
            self.sock.sendall(data[at:at + step])
            at, n = at + step, n + 1

    def read_record(self, timeout=None):
        """The next record; None at the end of the stream, socket.timeout if nothing came in time."""
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        while not self.unread:
            if self.eof:
                return None
            left = deadline - time.monotonic()
            if left <= 0:
                raise socket.timeout('no record in time')
            self.sock.settimeout(left)
            data = self.sock.recv(65536)
            if not data:
                self.eof = True
                if self.rest:
                    raise ProtocolError('the stream ends inside a record: %r' % self.rest)
                continue
            self.unread, self.rest = parse_records(self.rest + data)
            self.records += self.unread
        return self.unread.pop(0)

    def read_reply(self, id=1, timeout=None):
        """Reads to the END_REQUEST of `id`. Records of other requests stay in `records` only."""
        mine = []
        while True:
            got = self.read_record(timeout)
            if got is None:
                raise ProtocolError('the connection ended before END_REQUEST; so far: %r' % mine)
            if got.id == id:
                mine.append(got)
                if got.type == END_REQUEST:
                    return Reply(mine)

    def read_replies(self, ids, timeout=None):
        """The responses to several requests, also if their records interleave: {id: Reply}."""
        parts, replies = {id: [] for id in ids}, {}
        while len(replies) < len(parts):
            got = self.read_record(timeout)
            if got is None:
                raise ProtocolError('the connection ended; answered: %r' % sorted(replies))
            if got.id in parts:
                parts[got.id].append(got)
                if got.type == END_REQUEST:
                    replies[got.id] = Reply(parts[got.id])
        return replies

    def closed_by_peer(self, timeout=None):
        """Whether the peer ends the stream in order, without further bytes."""
        try:
            return self.read_record(timeout) is None
        except ConnectionResetError:
            return False

    def request(self, pairs, role=RESPONDER, keep=True, stdin=b'', id=1, sizes=None, timeout=None):
        self.send(request_bytes(pairs, role, keep, stdin, id), sizes)
        return self.read_reply(id, timeout)


def request(where, pairs, role=RESPONDER, keep=False, stdin=b'', id=1, sizes=None, timeout=10):
    """One request over a new connection, or over a socket that the caller has; `stdin` None sends no STDIN at all."""
    with Connection(where, timeout) as connection:
        reply = connection.request(pairs, role, keep, stdin, id, sizes)
        if not keep and connection.owned and not connection.closed_by_peer():
            raise ProtocolError('without FCGI_KEEP_CONN the server closes, and says nothing more')
        return reply
