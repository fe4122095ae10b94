"""Whether tools/fetch-linux.sh can bring Debian's Linux."""

import functools
import subprocess

import harness


@functools.cache
def why_there_is_no_linux():
    """The words of tools/fetch-linux.sh, where it fails. It fetches once; run.sh then finds what it has fetched."""
    fetch = subprocess.run([harness.ROOT / "tools/fetch-linux.sh"], stdin=subprocess.DEVNULL, capture_output=True,
                           text=True, check=False)
    return fetch.stderr.strip() or "tools/fetch-linux.sh failed" if fetch.returncode != 0 else ""
