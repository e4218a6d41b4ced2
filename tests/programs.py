"""A module of the tests as a program in a process of its own, with which one talks in lines."""

import os
import subprocess
import sys

PATIENCE_SECONDS = 120


class Program:
    """It has begun when this has been made. `environment` comes on top of this process's own."""

    def __init__(self, module: str, *arguments: object, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | environment,
        )

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        """The next line; "" when it has ended."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def hear_out(self) -> str:
        """All that it says until it ends."""
        return self.process.communicate()[0]

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=PATIENCE_SECONDS)
