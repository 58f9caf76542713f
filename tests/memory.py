"""The peak memory of a process."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path

STATUS = Path("/proc/self/status")


def peak() -> int:
    """The peak memory of this process so far, in kB. Where there is no /proc, it is at least that of the process which started
    this one: getrusage hands that down."""
    if STATUS.exists() and (told := re.search(r"VmHWM:\s+(\d+)", STATUS.read_text())):
        return int(told[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)
