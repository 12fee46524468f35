"""Proofs of who a consumer is: compact JWS by Ed25519, with the keys at the issuer's `/.well-known/jwks.json`."""

import base64
import time
import uuid

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from loopback import call

JWKS = "/.well-known/jwks.json"


class Issuer:
    """Signs for all projects of one deployment."""

    def __init__(self):
        self.key, self.kid = Ed25519PrivateKey.generate(), uuid.uuid4().hex

    def jwks(self):
        public = base64.urlsafe_b64encode(self.key.public_key().public_bytes_raw()).rstrip(b"=").decode()
        return {"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.kid, "x": public}]}

    def sign(self, issuer, subject, audience, **other):
        """A proof for one use; `other` are claims that are to be wrong."""
        now = int(time.time())
        claims = {"iss": issuer, "sub": subject, "aud": audience, "iat": now, "exp": now + 120, "jti": uuid.uuid4().hex, **other}
        return jwt.encode(claims, self.key, "EdDSA", headers={"kid": self.kid})


class Verifier:
    """Checks proofs for a provider, each once."""

    def __init__(self):
        self.spent = set()

    def client(self, proof, audience):
        """Who the client is: its issuer and its project; raises what is wrong."""
        issuer = jwt.decode(proof, options={"verify_signature": False})["iss"]
        keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(call("GET", issuer + JWKS).json).keys}
        key = keys[jwt.get_unverified_header(proof)["kid"]]
        claims = jwt.decode(proof, key, ["EdDSA"], audience=audience, options={"require": ["iss", "sub", "aud", "iat", "exp", "jti"]})
        assert claims["exp"] - time.time() <= 300, "the proof lives too long"
        assert claims["jti"] not in self.spent, "the proof is spent"
        self.spent.add(claims["jti"])
        return claims["iss"], claims["sub"]
