"""An OAuth 2 and OAuth 1 provider made of Authlib, which shares no code with the program under test.

It accepts codes only with PKCE (S256), gives each refresh token for one use, and checks every OAuth 1
signature, time and nonce. Whoever opens a consent page consents at once.
"""

import logging
import os
import threading
import time

from authlib.integrations.flask_oauth1 import AuthorizationServer as OAuth1Server
from authlib.integrations.flask_oauth1 import ResourceProtector as OAuth1Protector
from authlib.integrations.flask_oauth1 import current_credential
from authlib.integrations.flask_oauth1 import create_exists_nonce_func, register_nonce_hooks
from authlib.integrations.flask_oauth1 import register_temporary_credential_hooks
from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector, current_token
from authlib.oauth1 import ClientMixin as OAuth1Client
from authlib.oauth1 import TokenCredentialMixin
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import Flask, jsonify, request
from werkzeug.serving import make_server

logging.getLogger("werkzeug").setLevel(logging.ERROR)
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # Loopback only.


class Person:
    def get_user_id(self):
        return "asha"


class Client(ClientMixin):
    def __init__(self, client_id, secret, grants, how):
        self.client_id, self.secret, self.grants, self.how = client_id, secret, grants, how

    def get_client_id(self):
        return self.client_id

    def get_default_redirect_uri(self):
        return None

    def get_allowed_scope(self, scope):
        return scope or ""

    def check_redirect_uri(self, uri):
        return uri.startswith("http://127.0.0.1:") and uri.endswith("/delugeauth/callback")

    def check_client_secret(self, secret):
        return secret == self.secret

    def check_endpoint_auth_method(self, method, endpoint):
        return method == self.how

    def check_response_type(self, kind):
        return kind == "code"

    def check_grant_type(self, kind):
        return kind in self.grants


class Code(AuthorizationCodeMixin):
    def __init__(self, **fields):
        self.__dict__.update(fields)

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope


class Token(TokenMixin):
    def __init__(self, client_id, fields):
        self.client_id, self.fields, self.made = client_id, fields, time.time()
        self.revoked = False

    def check_client(self, client):
        return self.client_id == client.get_client_id()

    def get_scope(self):
        return self.fields.get("scope", "")

    def get_expires_in(self):
        return self.fields["expires_in"]

    def is_expired(self):
        return time.time() > self.made + self.fields["expires_in"]

    def is_revoked(self):
        return self.revoked

    def get_user(self):
        return Person()

    def get_client(self):
        return CLIENTS[self.client_id]


CLIENTS = {
    "app": Client("app", "planted-app-secret", ["authorization_code", "refresh_token"], "client_secret_basic"),
    "robot": Client("robot", "planted-robot-secret", ["client_credentials"], "client_secret_post"),
}
CODES, TOKENS = {}, []
COUNTS = {"token": 0}


class CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]

    def save_authorization_code(self, code, request):
        payload = request.payload
        CODES[code] = Code(
            code=code,
            client_id=request.client.client_id,
            redirect_uri=payload.redirect_uri,
            scope=payload.scope,
            code_challenge=payload.data.get("code_challenge"),
            code_challenge_method=payload.data.get("code_challenge_method"),
        )
        return code

    def query_authorization_code(self, code, client):
        found = CODES.get(code)
        return found if found and found.client_id == client.client_id else None

    def delete_authorization_code(self, code):
        del CODES[code.code]

    def authenticate_user(self, code):
        return Person()


class RotatingGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, text):
        return next((t for t in TOKENS if t.fields.get("refresh_token") == text and not t.revoked), None)

    def authenticate_user(self, token):
        return Person()

    def revoke_old_credential(self, token):
        token.revoked = True


class ByClient(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]


class Bearer(BearerTokenValidator):
    def authenticate_token(self, text):
        return next((t for t in TOKENS if t.fields["access_token"] == text), None)


class Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]

    def query_token(self, text, hint):
        return next((t for t in TOKENS if text in (t.fields["access_token"], t.fields.get("refresh_token"))), None)

    def revoke_token(self, token, request):
        token.revoked = True


class Consumer(OAuth1Client):
    def __init__(self, key, secret, public_key=None):
        self.key, self.secret, self.public_key = key, secret, public_key

    def get_default_redirect_uri(self):
        return None

    def get_client_secret(self):
        return self.secret

    def get_rsa_public_key(self):
        return self.public_key


class Credential(TokenCredentialMixin):
    def __init__(self, token, secret, consumer):
        self.token, self.secret, self.consumer = token, secret, consumer

    def get_oauth_token(self):
        return self.token

    def get_oauth_token_secret(self):
        return self.secret


class Cache(dict):
    def has(self, key):
        return key in self

    def set(self, key, value, timeout=None):
        self[key] = value

    def delete(self, key):
        self.pop(key, None)


def app(public_key):
    flask = Flask("provider")
    flask.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True
    flask.config["OAUTH1_SUPPORTED_SIGNATURE_METHODS"] = ["HMAC-SHA1", "RSA-SHA1", "PLAINTEXT"]
    oauth2(flask)
    oauth1(flask, public_key)
    return flask


def oauth2(flask):
    server = AuthorizationServer(
        flask,
        query_client=CLIENTS.get,
        save_token=lambda token, request: TOKENS.append(Token(request.client.client_id, token)),
    )
    server.register_grant(CodeGrant, [CodeChallenge(required=True)])
    server.register_grant(RotatingGrant)
    server.register_grant(ByClient)
    server.register_endpoint(Revocation)
    protect = ResourceProtector()
    protect.register_token_validator(Bearer())

    @flask.get("/authorize")
    def authorize():
        if request.args.get("code_challenge_method") != "S256":
            return "expected PKCE with S256", 400
        grant = server.get_consent_grant(end_user=Person())
        return server.create_authorization_response(grant_user=Person(), grant=grant)

    @flask.post("/token")
    def token():
        COUNTS["token"] += 1
        return server.create_token_response()

    @flask.post("/revoke")
    def revoke():
        return server.create_endpoint_response("revocation")

    @flask.get("/me")
    @protect()
    def me():
        return jsonify(client=current_token.client_id, scope=current_token.get_scope())


def oauth1(flask, public_key):
    consumers = {
        "hmac": Consumer("hmac", "planted-consumer-secret"),
        "plain": Consumer("plain", "planted-consumer-secret"),
        "rsa": Consumer("rsa", "", public_key),
    }
    credentials, cache = {}, Cache()
    server = OAuth1Server(flask, query_client=consumers.get)
    register_nonce_hooks(server, cache)
    register_temporary_credential_hooks(server, cache)

    def create_token_credential(token, temporary):
        made = Credential(token["oauth_token"], token["oauth_token_secret"], temporary.get_client_id())
        credentials[made.token] = made
        return made

    server.register_hook("create_token_credential", create_token_credential)
    protect = OAuth1Protector(
        flask,
        query_client=consumers.get,
        query_token=lambda consumer, token: credentials.get(token),
        exists_nonce=create_exists_nonce_func(cache, "used:"),
    )

    @flask.post("/oauth1/request")
    def request_token():
        return server.create_temporary_credentials_response()

    @flask.get("/oauth1/authorize")
    def authorize1():
        return server.create_authorization_response(grant_user=Person())

    @flask.post("/oauth1/access")
    def access_token():
        return server.create_token_response()

    @flask.route("/oauth1/me", methods=["GET", "POST"])
    @protect()
    def me1():
        return jsonify(consumer=current_credential.consumer, got=request.values.get("q", ""))


def start(public_key):
    """Serves on any free port; returns the address."""
    server = make_server("127.0.0.1", 0, app(public_key), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"
