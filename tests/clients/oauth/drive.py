"""Signs the program in to the provider and calls it, as a person at a terminal would."""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import urllib.request

import provider

BINARY = os.environ["ARARAT_BIN"]
HOME = tempfile.mkdtemp()
ENVIRONMENT = dict(os.environ, ARARAT_HOME=HOME, ARARAT_USER="asha", BROWSER="true")
ENVIRONMENT.pop("ARARAT_DATABASE_URL", None)
SAID = []


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}\n" + "".join(SAID[-40:]))
    print(f"ok: {what}")


def run(*args, secrets=None, fails=False):
    """Runs a command to its end; returns what it printed."""
    given = json.dumps(secrets) if secrets else ""
    more = ["--secrets", "-"] if secrets else []
    done = subprocess.run(
        [BINARY, *args, *more], input=given, env=ENVIRONMENT, capture_output=True, text=True, timeout=60
    )
    SAID.append(f"$ ararat {' '.join(args)}\n{done.stdout}{done.stderr}")
    check((done.returncode != 0) == fails, f"`ararat {' '.join(args)}` {'is refused' if fails else 'works'}")
    return done.stdout + done.stderr


def consent(*args, secrets):
    """Runs a sign-in that waits for the browser, and is the browser."""
    process = subprocess.Popen(
        [BINARY, *args, "--secrets", "-", "--port", str(free_port())],
        env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    process.stdin.write(json.dumps(secrets))
    process.stdin.close()
    for line in process.stderr:
        SAID.append(line)
        page = re.match(r"(http://127\.0\.0\.1:\d+/(oauth1/)?authorize\?\S+)", line)
        if page:
            closing = urllib.request.urlopen(page.group(1), timeout=20).read()
            check(closing, "the browser comes back to the program")
            break
    SAID.append(process.stderr.read())
    check(process.wait(timeout=60) == 0, f"`ararat {' '.join(args)}` signs in")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def service(name, text):
    path = os.path.join(HOME, f"{name}.toml")
    with open(path, "w") as file:
        file.write(text)
    run("services", "add", path)


def script(text):
    path = os.path.join(HOME, "script.dg")
    with open(path, "w") as file:
        file.write(text)
    return run("run", path)


def call(url, link, more=""):
    return script(f'info invokeurl [ url: "{url}" type: GET {more} connection: "{link}" ];')


def oauth2(url):
    common = f'family = "custom"\napi_base = "{url}"\ntest = "{url}/me"\nwhoami = ["client"]\n'
    service("app", f'''link_name = "app"\nname = "App"\n{common}[auth.oauth2]
grants = ["authorization_code"]
authorize_url = "{url}/authorize"
token_url = "{url}/token"
revoke_url = "{url}/revoke"
client_auth = "header"
scope_delimiter = " "
scopes = ["profile", "mail"]
rotates = true
''')
    consent("connections", "add", "app", "--client-id", "app", secrets={"client_secret": "planted-app-secret"})
    check("signed in as app" in run("connections", "test", "app"), "authorization code with PKCE")
    check('"scope":"profile mail"' in call(f"{url}/me", "app"), "a script calls with the token")
    first = provider.TOKENS[-1].fields["refresh_token"]
    for _ in range(2):
        run("connections", "refresh", "app")
        check("signed in as app" in run("connections", "test", "app"), "a rotated refresh token")
    check(provider.TOKENS[-1].fields["refresh_token"] != first, "the provider did rotate")
    provider.TOKENS[-1].revoked = True
    before = provider.COUNTS["token"]
    said = run("connections", "refresh", "app", fails=True)
    check("needs a new sign-in" in said and "ararat connections connect app" in said, "a dead grant says what to do")
    run("connections", "test", "app", fails=True)
    check(provider.COUNTS["token"] == before + 1, "and is not asked about again")
    consent("connections", "connect", "app", secrets={})
    run("connections", "revoke", "app")
    check(provider.TOKENS[-1].revoked, "revocation reaches the provider")

    service("robot", f'''link_name = "robot"\nname = "Robot"\n{common}[auth.oauth2]
grants = ["client_credentials"]
token_url = "{url}/token"
client_auth = "body"
''')
    run("connections", "add", "robot", "--client-id", "robot", secrets={"client_secret": "planted-robot-secret"})
    check('"client":"robot"' in call(f"{url}/me", "robot"), "client credentials")
    provider.TOKENS[-1].revoked = True
    check('"client":"robot"' in call(f"{url}/me", "robot"), "a token that the provider ended is replaced")


def oauth1(url, private_key):
    for link, method, secret in [
        ("hmac", "HMAC-SHA1", "planted-consumer-secret"),
        ("plain", "PLAINTEXT", "planted-consumer-secret"),
        ("rsa", "RSA-SHA1", private_key),
    ]:
        service(link, f'''link_name = "{link}"\nname = "{method}"\nfamily = "custom"\napi_base = "{url}"
test = "{url}/oauth1/me"\nwhoami = ["consumer"]\n[auth.oauth1]
request_token_url = "{url}/oauth1/request"
authorize_url = "{url}/oauth1/authorize"
access_token_url = "{url}/oauth1/access"
signature = "{method}"
''')
        consent("connections", "add", link, "--client-id", link, secrets={"client_secret": secret})
        check(f"signed in as {link}" in run("connections", "test", link), f"OAuth 1 with {method}")
        check('"got":"a b&c=d"' in call(f"{url}/oauth1/me?q=a%20b%26c%3Dd", link), f"{method} over a query")
        sent = script(f'''p = Map(); p.put("q", "x y+z");
info invokeurl [ url: "{url}/oauth1/me" type: POST parameters: p connection: "{link}" ];''')
        check('"got":"x y+z"' in sent, f"{method} over a form")


def keys():
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


private_key, public_key = keys()
address = provider.start(public_key)
oauth2(address)
oauth1(address, private_key)
check("planted" not in "".join(SAID), "no secret was printed")
