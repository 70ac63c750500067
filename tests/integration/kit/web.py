# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""HTTP(S) as a browser, or an attacker, sends it."""

import http.client
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


def get(
    port,
    path="/",
    headers=(),
    *,
    ca=None,
    cert=None,
    method="GET",
    body=None,
    source=None,
    host="127.0.0.1",
):
    """
    One request; TLS if `ca` is given. `headers` is a dict or a list of pairs, sent as they are:
    twice, with underscores, whatever the test wants. `source` is the address to come from.
    """
    pairs = list(headers.items() if isinstance(headers, dict) else headers)
    origin = (source, 0) if source else None
    if ca is None:
        connection = http.client.HTTPConnection(
            host, port, timeout=DEADLINE, source_address=origin
        )
    else:
        context = ssl.create_default_context(cafile=ca)
        if cert is not None:
            context.load_cert_chain(cert.file, cert.key_file)
        connection = http.client.HTTPSConnection(
            host, port, timeout=DEADLINE, context=context, source_address=origin
        )
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in pairs:
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        return Response(connection.getresponse())
    finally:
        connection.close()
