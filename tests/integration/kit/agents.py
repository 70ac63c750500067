# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
Agents that sign their requests: Web Bot Auth, a profile of HTTP Message Signatures (RFC 9421), written
after the RFC and without doorward's own code.
"""

import base64
import hashlib
import json
import secrets
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def base64url(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Agent:
    """One agent with one key. `url` is what it says in Signature-Agent."""

    def __init__(self, url="https://agent.example"):
        self.url = url
        self.key = Ed25519PrivateKey.generate()
        raw = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.jwk = {"crv": "Ed25519", "kty": "OKP", "x": base64url(raw)}
        # RFC 7638: the required members, in this order, without blanks.
        text = json.dumps(self.jwk, separators=(",", ":"), sort_keys=True)
        self.keyid = base64url(hashlib.sha256(text.encode()).digest())

    @property
    def host(self):
        return self.url.removeprefix("https://")

    def key_set(self):
        return json.dumps({"keys": [{**self.jwk, "kid": self.keyid, "use": "sig"}]})

    def publish(self, folder):
        """As doorward-crawlers saves it: by renaming."""
        folder.mkdir(exist_ok=True)
        new = folder / f".{self.host}"
        new.write_text(self.key_set())
        new.replace(folder / f"{self.host}.json")

    def sign(
        self,
        authority,
        path="/",
        method="GET",
        *,
        scheme="https",
        cover=("@authority",),
        fields=(),
        created=None,
        lifetime=300,
        nonce=True,
        tag="web-bot-auth",
        label="sig1",
        legacy=False,
        keyid=None,
        key=None,
        url=None,
        kind="",
    ):
        """
        The three headers, as a list of pairs. `fields`: other header fields of the request, which
        `cover` may name; `kind`: how the URL leads to keys, such as `;type=jwks_uri`.
        """
        created = int(time.time()) if created is None else created
        url = url or self.url
        agent = f'"{url}"' if legacy else f'{label}="{url}"{kind}'
        derived = {
            "@authority": authority.lower(),
            "@method": method,
            "@path": path.partition("?")[0],
            "@query": "?" + path.partition("?")[2],
            "@scheme": scheme,
            "@target-uri": f"{scheme}://{authority}{path}",
        }
        own = '"signature-agent"' if legacy else f'"signature-agent";key="{label}"'
        lines, names = [], []
        for name in cover:
            value = derived[name] if name.startswith("@") else dict(fields)[name]
            names.append(f'"{name.lower()}"')
            lines.append(f"{names[-1]}: {value}")
        names.append(own)
        lines.append(f'{own}: "{url}"{kind}')
        params = f'({" ".join(names)});created={created};expires={created + lifetime}'
        params += f';keyid="{keyid or self.keyid}"'
        if nonce:
            text = secrets.token_urlsafe(16) if nonce is True else nonce
            params += f';nonce="{text}"'
        params += f';tag="{tag}"'
        lines.append(f'"@signature-params": {params}')
        signed = (key or self.key).sign("\n".join(lines).encode())
        return [
            ("Signature-Agent", agent),
            ("Signature-Input", f"{label}={params}"),
            ("Signature", f"{label}=:{base64.b64encode(signed).decode()}:"),
        ]


def params(headers):
    """The same as parameters of FastCGI."""
    return [("HTTP_" + name.upper().replace("-", "_"), value) for name, value in headers]
