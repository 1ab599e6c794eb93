"""A sandbox to talk to, Zoho's SDK pointed at it, and the tally of checks.

The SDK stays as its registry ships it: what is ours is an `Environment` whose three URLs are the
sandbox's, and a folder for the files that the SDK writes (tokens, field descriptions, its log).
The checks themselves are in `records.py`, `related.py`, `settings.py` and `process.py`.
"""

import contextlib
import json
import os
import subprocess
import traceback

from zohocrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken
from zohocrmsdk.src.com.zoho.api.authenticator.store.file_store import FileStore
from zohocrmsdk.src.com.zoho.api.logger.logger import Logger
from zohocrmsdk.src.com.zoho.crm.api.dc import DataCenter
from zohocrmsdk.src.com.zoho.crm.api.initializer import Initializer
from zohocrmsdk.src.com.zoho.crm.api.parameter_map import ParameterMap
from zohocrmsdk.src.com.zoho.crm.api.sdk_config import SDKConfig

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))


class Sandboxed(DataCenter):
    """A data centre of Zoho's that is in truth a sandbox on loopback."""

    def __init__(self, info):
        self.info = info

    def get_iam_url(self):
        return self.info["accounts_url"] + "/oauth/v2/token"

    def get_file_upload_url(self):
        return self.info["api_url"]

    def environment(self):
        return DataCenter.Environment(self.info["api_url"], self.get_iam_url(), self.get_file_upload_url())


@contextlib.contextmanager
def sandbox(line=None):
    """The addresses and keys of a running sandbox: of this line of JSON, or of one started here."""
    if line is not None:
        yield json.loads(line)
        return
    binary = os.environ.get("ARARAT_BIN") or os.path.join(ROOT, "target", "debug", "ararat")
    process = subprocess.Popen([binary, "sandbox", "--json"], stdout=subprocess.PIPE, text=True)
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(timeout=10)


def initialise(info, start, folder):
    """Starts the SDK from a `grant` token or from the `refresh` token, with nothing remembered."""
    os.makedirs(folder)
    given = {"grant_token": info["grant_token"]} if start == "grant" else {"refresh_token": info["refresh_token"]}
    token = OAuthToken(client_id=info["client_id"], client_secret=info["client_secret"], **given)
    Initializer.initialize(
        environment=Sandboxed(info).environment(),
        token=token,
        store=FileStore(os.path.join(folder, "tokens.csv")),
        sdk_config=SDKConfig(auto_refresh_fields=start == "refresh", pick_list_validation=True),
        resource_path=folder,
        logger=Logger.get_instance(level=Logger.Levels.INFO, file_path=os.path.join(folder, "sdk.log")),
    )
    return token


class Tally:
    """Runs checks, prints a line for each, and counts."""

    def __init__(self, prefix=""):
        self.prefix = prefix
        self.passed = 0
        self.failed = 0

    def check(self, name, act, *arguments):
        """Runs one check; what it returns is handed on, nothing where it failed."""
        name = f"{self.prefix}{name}"
        try:
            result = act(*arguments)
        except Exception as error:  # A check may fail in any way; each is a line, not the end of the run.
            self.failed += 1
            print(f"FAILED {name}: {described(error)}", flush=True)
            return None
        self.passed += 1
        print(f"ok {name}", flush=True)
        return result


def described(error):
    """An error in one line, with its place."""
    frames = traceback.extract_tb(error.__traceback__)
    cause = getattr(error, "cause", None)
    place = " < ".join(f"{os.path.basename(frame.filename)}:{frame.lineno}" for frame in reversed(frames[-3:]))
    words = " ".join(str(part) for part in (error, repr(cause) if cause else "") if part)
    return f"{type(error).__name__}: {' '.join(words.split())} ({place})"


def params(*pairs):
    """A parameter map of `(Param, value)` pairs."""
    given = ParameterMap()
    for param, value in pairs:
        given.add(param, value)
    return given


def answered(response, status=200):
    """The object in a response, where its status is the expected one and the SDK could read it."""
    assert response is not None, "the SDK swallowed an error; see its log"
    found = response.get_object()
    assert response.get_status_code() == status, f"expected {status}, found {response.get_status_code()}: {response.get_response_json() or shown(found)}"
    if status not in (204, 304):
        assert found is not None, f"the SDK read nothing from {response.get_response_json()}"
    return found


def refused(found, code):
    """Holds that an object of the SDK is Zoho's error with this code."""
    assert type(found).__name__ == "APIException", f"expected an APIException, found {shown(found)}"
    equal(found.get_code().get_value(), code)
    equal(found.get_status().get_value(), "error")
    return found


def done(rows, code="SUCCESS"):
    """The details of the only row of an answer to a change."""
    assert len(rows) == 1, f"expected one row, found {len(rows)}"
    row = rows[0]
    assert type(row).__name__ in ("SuccessResponse", "RecordSuccessResponse"), shown(row)
    equal(row.get_code().get_value(), code)
    equal(row.get_status().get_value(), "success")
    return row.get_details()


def equal(found, expected):
    """Holds that two values are the same."""
    assert found == expected, f"expected {expected!r}, found {found!r}"


def shown(found):
    """An object of the SDK with its code, message and details, where it has them."""
    if found is None or not hasattr(found, "get_code"):
        return repr(found)
    message = found.get_message()
    words = message.get_value() if hasattr(message, "get_value") else message
    return f"{type(found).__name__} {found.get_code().get_value()} {words} {found.get_details()}"
