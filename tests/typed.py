"""The command as a user types it, with a data folder of one's own."""

import os
import subprocess
import sys
from types import SimpleNamespace

from click.testing import CliRunner

from korus_helpers.cli import korus as command
from korus_helpers.figures.store import forget


def environment(folder, **more):
    """What the command sees: `folder` as data folder, no proxy but a given one."""
    kept = {k: v for k, v in os.environ.items() if "proxy" not in k.lower()}
    return kept | {"KORUS_DATA": str(folder), "COLUMNS": "200"} | more


def korus(folder, *arguments, **more):
    """The command in this process, as if it were new: returncode, stdout and stderr."""
    forget()
    env = environment(folder, **more)
    gone = {name: None for name in os.environ if name not in env}
    try:
        done = CliRunner().invoke(command, [str(a) for a in arguments], env=gone | env)
    finally:
        forget()
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return SimpleNamespace(returncode=done.exit_code, stdout=done.stdout, stderr=done.stderr)


def korus_process(folder, *arguments, **more):
    """The command in a process of its own."""
    line = [sys.executable, "-m", "korus_helpers.cli", *map(str, arguments)]
    env = environment(folder, **more)
    return subprocess.run(line, env=env, capture_output=True, text=True, timeout=120)
