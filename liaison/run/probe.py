"""`python -m liaison.run.probe [path]`: exit code 0 when the web server of this container answers at `path`.

It asks with a host name from ALLOWED_HOSTS, as any visitor would. Standard library only: it runs every few seconds.
"""

import http.client
import os
import sys


def main(path: str = "/healthz") -> int:
    allowed = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    host = allowed if allowed and allowed != "*" else "localhost"
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=4)
    try:
        connection.request("GET", path, headers={"Host": host})
        return 0 if connection.getresponse().status == http.client.OK else 1
    except OSError:
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
