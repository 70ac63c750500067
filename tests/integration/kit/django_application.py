# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
A Django application that returns what it knows about its client. As a program it serves on a port
or a Unix socket with wsgiref, which joins two headers of a kind by a comma and takes underscores
for hyphens: `django_application.py WHERE SETTINGS`, the setting DOORWARD as JSON.
"""

import dataclasses
import json
import socket
import socketserver
import sys
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import django
from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.urls import path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "contrib" / "django"))

MIDDLEWARE = ["doorward_django.DoorwardMiddleware"]


def configure(doorward):
    settings.configure(
        ALLOWED_HOSTS=["*"],
        DATABASES={},
        DOORWARD=doorward,
        MIDDLEWARE=MIDDLEWARE,
        ROOT_URLCONF=__name__,
        SECRET_KEY="not a secret",
        LOGGING_CONFIG=None,
    )
    django.setup()


def facts(request):
    client = dataclasses.asdict(request.doorward)
    client["body"] = len(request.body)
    client["meta"] = sorted(request.META)
    return JsonResponse(client)


def patterns():
    """Imported late: the module of the middleware needs a configured Django."""
    from doorward_django import client_required

    def inside(request):
        return HttpResponse("inside")

    async def inside_async(request):
        return HttpResponse("inside")

    partner = client_required(hosts=[".partner.example"])
    return [
        path("", facts),
        path("upload/", facts),
        path("partner/", partner(inside)),
        path("partner/async/", partner(inside_async)),
        path("alice/", client_required(subjects=["CN=alice,O=Acme"])(inside)),
        path(
            "both/",
            client_required(hosts=["HOST.partner.example"], fingerprints=[FINGERPRINT])(inside),
        ),
        path("no-host/", client_required(hosts=[])(inside)),
    ]


FINGERPRINT = "AB:" * 31 + "AB"
urlpatterns = []


class Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def __init__(self, where):
        if where.startswith("/"):
            self.address_family = socket.AF_UNIX
        super().__init__(where if where.startswith("/") else ("127.0.0.1", int(where)), Handler)

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", 80
        self.setup_environ()

    def get_request(self):
        connection, address = super().get_request()
        return connection, address or ("", 0)


class Handler(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def main():
    where, doorward = sys.argv[1:]
    sys.modules["django_application"] = sys.modules["__main__"]
    configure(json.loads(doorward))
    urlpatterns.extend(patterns())
    from django.core.wsgi import get_wsgi_application

    server = Server(where)
    server.set_app(get_wsgi_application())
    server.serve_forever()


if __name__ == "__main__":
    main()
