"""Zoho's own CRM SDK for Python against the sandbox: a line for each check, then the count.

    crm.py              starts `$ARARAT_BIN sandbox --json`, by default that of target/debug
    crm.py LINE         uses the running sandbox whose line of JSON this is

All checks run twice: once the SDK starts from the grant token, once from the refresh token.
Exit code 0 means that every check passed.
"""

import os
import sys
import tempfile

import process
import records
import related
import settings
from session import Tally, equal, initialise, sandbox


def tokens(info, start, folder):
    """The SDK gets an access token by itself and keeps what it was told, the user's name included."""
    token = initialise(info, start, os.path.join(folder, start))
    assert token.get_access_token(), "no access token"
    assert token.get_refresh_token(), "no refresh token"
    equal(token.get_api_domain(), info["api_url"])
    assert "@" in token.get_user_signature().get_name(), token.get_user_signature().get_name()
    return token


def revoked(info, token):
    """A refresh token that the SDK revokes is no longer good."""
    address = f"{info['accounts_url']}/oauth/v2/token/revoke"
    assert token.revoke_refresh_token(token.get_refresh_token(), address)
    assert not token.revoke_refresh_token(token.get_refresh_token(), address)


def main(arguments):
    """Runs everything; the exit code."""
    passed, failed = 0, 0
    with sandbox(*arguments) as info, tempfile.TemporaryDirectory() as folder:
        for start in ("grant", "refresh"):
            tally = Tally(f"{start}: ")
            token = tally.check("start", tokens, info, start, folder)
            if token is not None:
                records.run(tally)
                related.run(tally)
                settings.run(tally, info)
                process.run(tally)
                if start == "grant":
                    tally.check("revoke", revoked, info, token)
            passed, failed = passed + tally.passed, failed + tally.failed
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:2]))
