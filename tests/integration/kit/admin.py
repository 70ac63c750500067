# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""A client of the admin listener."""

import http.client
import json
import socket

from kit.process import DEADLINE, connects, wait_for


class Admin:
    """One request a connection, as HTTP libraries send it, over a Unix socket or TCP."""

    def __init__(self, address):
        self.address = address

    def connect(self):
        one = socket.socket(socket.AF_INET if isinstance(self.address, tuple) else socket.AF_UNIX)
        one.settimeout(DEADLINE)
        one.connect(self.address)
        return one

    def get(self, path="/status.json", method="GET", host="localhost", **headers):
        connection = http.client.HTTPConnection("unused")
        connection.sock = self.connect()
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", host)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response, body

    def status(self):
        response, body = self.get()
        assert response.status == 200 and response.headers["Content-Type"] == "application/json"
        assert response.headers["Cache-Control"] == "no-store"
        return json.loads(body)

    def raw(self, data):
        one = self.connect()
        one.sendall(data)
        got = b""
        while piece := one.recv(65536):
            got += piece
        one.close()
        return got


def ready(path):
    admin = Admin(path)
    wait_for(lambda: connects(path) and admin.status()["ready"], "a ready doorward")
    return admin
