"""Who runs dbtool, and where: what logs name."""

import getpass
import os
import socket
from functools import cache


@cache
def who() -> tuple[str, str]:
    """Return the user and the host that a log will name."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's uid without a name
        user = str(os.getuid())
    return user[:255], socket.gethostname()[:255]
