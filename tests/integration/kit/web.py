# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""HTTP(S) as a browser, or an attacker, sends it."""

import http.client
import socket
import ssl

from kit.process import DEADLINE


class Response:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.getheaders()
        self.body = response.read().decode(errors="replace")

    def header(self, name):
        values = [v for k, v in self.headers if k.lower() == name.lower()]
        return values[0] if values else None

    def __repr__(self):
        return f"Response({self.status}, {self.headers}, {self.body!r})"


class Connection:
    """
    One connection for any number of requests; TLS if `ca` is given. `source` is the client's own
    address, `preface` the first line of a load balancer (the PROXY protocol).
    """

    def __init__(self, port, *, ca=None, cert=None, source=None, host="127.0.0.1", preface=b""):
        origin = (source, 0) if source else None
        if ca is None:
            self.http = http.client.HTTPConnection(
                host, port, timeout=DEADLINE, source_address=origin
            )
        else:
            context = ssl.create_default_context(cafile=ca)
            if cert is not None:
                context.load_cert_chain(cert.file, cert.key_file)
            self.http = http.client.HTTPSConnection(
                host, port, timeout=DEADLINE, context=context, source_address=origin
            )
        self.http._create_connection = lambda *how: self._connect(preface, *how)
        self.opened = 0

    def _connect(self, preface, *how):
        line = socket.create_connection(*how)
        line.sendall(preface)
        self.opened += 1
        return line

    def ask(self, path="/", headers=(), method="GET", body=None):
        """`headers` is a dict or a list of pairs, sent as they are."""
        self.http.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items() if isinstance(headers, dict) else headers:
            self.http.putheader(name, value)
        if body is not None:
            self.http.putheader("Content-Length", str(len(body)))
        self.http.endheaders(body)
        return Response(self.http.getresponse())

    def close(self):
        self.http.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def get(port, path="/", headers=(), *, method="GET", body=None, **how):
    """
    One request over its own connection. `headers` is a dict or a list of pairs, sent as they are,
    also twice or with underscores.
    """
    with Connection(port, **how) as connection:
        return connection.ask(path, headers, method, body)
