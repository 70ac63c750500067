# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
Front ends that Debian lacks, as whole sites: what one asks doorward about a client's request, and
what it makes of the response, follows from the example that ships for it, by the rules of its source.
The rules are those of the front end at its most lenient: of several versions that which leaves the
client the most.
"""

import http.client
import re

import yaml

from kit import frontends, web
from kit.process import DEADLINE, free_port
from kit.sites import CONTRIB, Application, Site, shipped


class Played(Site):
    """`left_out`: lines of the example that are not there; `put_in`: lines behind another one."""

    path = "/app.php"
    left_out = ()
    put_in = {}

    def start(self):
        door = f"127.0.0.1:{free_port()}"
        ini = (CONTRIB / self.name / "doorward.ini").read_text()
        places = {**self.listener, self.addresses: "127.0.0.1"}
        ini = shipped(ini, **{there: here.format(door=door) for there, here in places.items()})
        self.door_port = int(door.split(":")[1])
        self.doorward(
            self.name.split("-")[0],
            server="listen = " + re.search(r"^listen = (.*)$", ini, re.M)[1],
            frontend=re.search(r"\[frontend\]\n(.*?)\n\[", ini, re.S)[1],
        )
        self.application = self.keep(Application("X_CLIENT_CERT_SUBJECT"))
        self.front(list(yaml.safe_load_all(self.example())))

    listener = {"10.0.0.2:9080": "{door}"}
    addresses = "10.0.0.1"

    def example(self):
        text = (CONTRIB / self.name / self.file).read_text()
        for line in self.left_out:
            assert text.count(f"{line}\n") == 1, line
            text = re.sub(rf".*{re.escape(line)}\n", "", text)
        for line, more in self.put_in.items():
            assert text.count(f"{line}\n") == 1, line
            text = text.replace(f"{line}\n", f"{line}\n{more}\n")
        return text

    def get(self, address, headers=(), *, path=None, method="GET", body=None):
        """Over TLS, to the authority that a browser would name; without a certificate."""
        request = Headers([("Host", f"localhost:{self.port}"), *headers])
        try:
            return self.serve(address, method, path or self.path, request, body)
        except Ended as ended:
            return ended.response

    def authorize(self, method, target, headers):
        """doorward's response over the listener of the example."""
        connection = http.client.HTTPConnection("127.0.0.1", self.door_port, timeout=DEADLINE)
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.lines:
            connection.putheader(name, value)
        connection.endheaders()
        response = web.Response(connection.getresponse())
        connection.close()
        return response

    def pass_on(self, method, path, headers, body):
        passed = headers.without("Host", "Content-Length", *HOP_BY_HOP)
        return web.get(self.application.port, path, passed.lines, method=method, body=body)


class Ended(Exception):
    """The front end responds itself."""

    def __init__(self, response, headers):
        super().__init__()
        response.headers, response.body = headers.lines, ""
        self.response = response


class Headers:
    """Lines in their order; names are compared without case."""

    def __init__(self, lines):
        self.lines = list(lines)

    def all(self, name):
        return [value for n, value in self.lines if n.lower() == name.lower()]

    def only(self, names):
        names = [name.lower() for name in names]
        return Headers((n, value) for n, value in self.lines if n.lower() in names)

    def without(self, *names):
        names = [name.lower() for name in names]
        return Headers((n, value) for n, value in self.lines if n.lower() not in names)

    def with_(self, **values):
        """Replaces headers, whose names have underscores for hyphens here."""
        pairs = [(name.replace("_", "-"), value) for name, value in values.items()]
        return Headers(self.without(*[name for name, _ in pairs]).lines + pairs)

    def joined(self):
        """One line for each name."""
        names = dict.fromkeys(name.lower() for name, _ in self.lines)
        return Headers((name, ",".join(self.all(name))) for name in names)


HOP_BY_HOP = ("Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Te",
              "Trailer", "Transfer-Encoding", "Upgrade")  # fmt: skip


class Traefik(Played):
    """
    pkg/middlewares/forwardedheaders/forwarded_header.go (an entry point that trusts no address),
    headers/header.go, passtlsclientcert/pass_tls_client_cert.go and auth/forward.go of Traefik 2 and 3.
    Go gives each name one spelling, but leaves underscores, which only some versions remove.
    """

    name, file = "traefik", "doorward.yml"
    managed = ("X-Forwarded-Proto", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port",
               "X-Forwarded-Server", "X-Forwarded-Uri", "X-Forwarded-Method", "X-Real-Ip",
               "X-Forwarded-Tls-Client-Cert", "X-Forwarded-Tls-Client-Cert-Info")  # fmt: skip

    def front(self, documents):
        self.middlewares = documents[0]["http"]["middlewares"]

    def serve(self, address, method, path, request, body):
        (host,) = request.all("Host")
        request = request.without(*self.managed, *self.named_by_connection(request)).with_(
            X_Real_Ip=address, X_Forwarded_Proto="https", X_Forwarded_Port="443",
            X_Forwarded_Host=host, X_Forwarded_Server="traefik",
        )  # fmt: skip
        removed = []
        for name in self.middlewares["doorward"]["chain"]["middlewares"]:
            ((kind, options),) = self.middlewares[name].items()
            if kind == "headers":
                replaced = options.get("customRequestHeaders", {})
                assert not any(replaced.values())  # an empty value removes a header
                request = request.without(*replaced)
                removed += options.get("customResponseHeaders", {})
            elif kind == "forwardAuth":
                request = self.ask(options, address, method, path, request, removed)
            else:
                assert (kind, options) == ("passTLSClientCert", {"pem": True})
        return self.pass_on(method, path, request, body)

    def named_by_connection(self, request):
        return [name.strip() for value in request.all("Connection") for name in value.split(",")]

    def ask(self, options, address, method, path, request, removed):
        assert not options["trustForwardHeader"]
        _, _, door, target = options["address"].split("/", 3)
        asked = request.without("Host", "Content-Length", *HOP_BY_HOP)
        if options.get("authRequestHeaders"):
            asked = asked.only(options["authRequestHeaders"])
        asked = asked.with_(
            Host=door, X_Forwarded_For=address, X_Forwarded_Method=method, X_Forwarded_Proto="https",
            X_Forwarded_Host=request.all("X-Forwarded-Host")[0], X_Forwarded_Uri=path,
        )  # fmt: skip
        response = self.authorize("GET", f"/{target}", asked)
        got = Headers(response.headers)
        if not 200 <= response.status < 300:
            raise Ended(response, got.without(*HOP_BY_HOP, *removed))
        told = options["authResponseHeaders"]
        return Headers(request.without(*told).lines + got.only(told).lines)


class Envoy(Played):
    """
    ConnectionManagerUtility::mutateRequestHeaders (use_remote_address, SANITIZE_SET), header_mutation,
    and CheckRequestUtils and RawHttpClientImpl of ext_authz; several lines of one header are joined.
    headers_with_underscores_action is REJECT_REQUEST, as the example says.
    """

    name, file = "envoy", "ext_authz.yaml"
    refuses_underscores = True
    always = ("host", "authorization")  # besides allowed_headers

    def front(self, documents):
        self.mutation, self.ext_authz = [one["typed_config"] for one in documents[0]]

    def serve(self, address, method, path, request, body):
        if any("_" in name for name, _ in request.lines):
            raise Ended(Refused(400), Headers([]))
        forwarded_for = ",".join([*request.all("X-Forwarded-For"), address])
        request = request.without("X-Forwarded-Client-Cert").with_(
            X_Forwarded_For=forwarded_for, X_Forwarded_Proto="https"
        )
        for mutation in self.mutation["mutations"]["request_mutations"]:
            request = request.without(mutation["remove"])
        service = self.ext_authz["http_service"]
        asked = request.only(exact(service["authorization_request"]["allowed_headers"]) + [*self.always])
        response = self.authorize(
            method, service["path_prefix"] + path, asked.joined().with_(Content_Length="0")
        )
        got = Headers(response.headers)
        told = service["authorization_response"]
        if response.status != 200:
            raise Ended(response, got.only(exact(told["allowed_client_headers"])))
        told = got.only(exact(told["allowed_upstream_headers"]))
        request = request.without(*[name for name, _ in told.lines])
        return self.pass_on(method, path, Headers(request.lines + told.lines), body)


def exact(matcher):
    return [pattern["exact"] for pattern in matcher["patterns"]]


class Refused:
    def __init__(self, status):
        self.status = status

    def __repr__(self):
        return f"Refused({self.status})"


# ingress-nginx is nginx, with lines that it writes for an Ingress with auth-url (nginx.tmpl, location
# /_external-auth); which of `lines` exist depends on auth-tls-secret and
# auth-tls-pass-certificate-to-upstream.
CONTROLLER = """
server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {server.file};
    ssl_certificate_key {server.key_file};
    {tls}
    large_client_header_buffers 4 64k;
    location / {{
        auth_request /_external-auth;
        {content}
    }}
    location = /_external-auth {{
        internal;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        proxy_set_header X-Forwarded-Proto "";
        proxy_set_header X-Request-ID $request_id;
        proxy_set_header Host doorward.doorward.svc.cluster.local;
        proxy_set_header X-Original-URL $scheme://$http_host$request_uri;
        proxy_set_header X-Original-Method $request_method;
        proxy_set_header X-Sent-From "nginx-ingress-controller";
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Auth-Request-Redirect $request_uri;
        proxy_buffer_size 32k;
        proxy_buffers 4 32k;
        proxy_http_version 1.1;
        proxy_pass_request_headers on;
        {lines}
        set $target http://127.0.0.1:{door}/auth/{policy};
        proxy_pass $target;
    }}
}}
"""
AUTH_TLS_SECRET = """
        proxy_set_header ssl-client-verify $ssl_client_verify;
        proxy_set_header ssl-client-subject-dn $ssl_client_s_dn;
        proxy_set_header ssl-client-issuer-dn $ssl_client_i_dn;
"""
PASS_CERTIFICATE = "proxy_set_header ssl-client-cert $ssl_client_escaped_cert;"
ANNOTATION = "nginx.ingress.kubernetes.io/"


def lines_of_the_config_map(documents):
    """As the controller writes the ConfigMap that the recipe's annotation names
    (buildAuthProxySetHeaders in template.go)."""
    config_map, ingress = documents
    place = config_map["metadata"]
    named = ingress["metadata"]["annotations"][ANNOTATION + "auth-proxy-set-headers"]
    assert named == f"{place['namespace']}/{place['name']}" and config_map["data"]
    return "".join(
        f'proxy_set_header "{header}" "{value or ""}";\n' for header, value in config_map["data"].items()
    )


def lines_of_auth_response_headers(documents):
    """buildAuthResponseHeaders in template.go."""
    headers = documents[1]["metadata"]["annotations"][ANNOTATION + "auth-response-headers"]
    return "".join(
        f"auth_request_set $authHeader{i} $upstream_http_{header.lower().replace('-', '_')};\n"
        f"proxy_set_header '{header}' $authHeader{i};\n"
        for i, header in enumerate(headers.split(","))
    )


class IngressNginx(Played):
    name, file = "ingress-nginx", "ingress.yaml"
    listener = {"0.0.0.0:9080": "{door}"}
    addresses = "10.244.1.0/24"
    get = Site.get

    def front(self, documents):
        url = documents[1]["metadata"]["annotations"][ANNOTATION + "auth-url"]
        assert url.startswith("http://doorward.doorward.svc.cluster.local:9080/auth/")
        tls = f"ssl_client_certificate {self.pki.authority.file}; ssl_verify_client optional;"
        self.nginx = self.keep(
            frontends.Nginx(
                self.folder,
                CONTROLLER.format(
                    port=self.port,
                    server=self.pki.server,
                    tls=tls,
                    content=lines_of_auth_response_headers(documents)
                    + f"proxy_pass http://127.0.0.1:{self.application.port};",
                    lines=AUTH_TLS_SECRET + lines_of_the_config_map(documents),
                    door=self.door_port,
                    policy=url.rpartition("/")[2],
                ),
                self.port,
            )
        )
