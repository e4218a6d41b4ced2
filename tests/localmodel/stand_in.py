"""platform_app.localmodel.server on an xllamacpp that is none: it loads no model, and listens as the real one does.

Instead of a model's answers it tells, to whoever connects, what it was started with: one line of JSON.
"""

import json
import os
import socket
import sys
import threading
import types
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class CommonParams(types.SimpleNamespace):
    def __init__(self) -> None:
        super().__init__(model=types.SimpleNamespace(), cpuparams=types.SimpleNamespace())


class Server:
    def __init__(self, params: CommonParams) -> None:
        if b"broken" in Path(params.model.path).read_bytes():
            sys.stderr.write(
                "0.00.019 E llama_model_load: the file is incomplete\n0.00.020 E srv init: exiting\n"
            )
            raise RuntimeError("Failed to init server, please check the input params.")
        self._socket = socket.create_server((params.hostnames[0], params.port))
        self.listening_address = "http://{}:{}".format(*self._socket.getsockname())
        told = {
            "pid": os.getpid(),
            "environment": dict(os.environ),
            "arguments": sys.argv,
            "parameters": vars(params)
            | {"model": params.model.path, "threads": params.cpuparams.n_threads}
            | {"model_alias": sorted(params.model_alias), "cpuparams": None},
        }
        threading.Thread(target=self._tell, args=(told,), daemon=True).start()

    def _tell(self, told: dict[str, object]) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                connection.sendall(json.dumps(told).encode())


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.modules["xllamacpp"] = types.SimpleNamespace(CommonParams=CommonParams, Server=Server)
    from platform_app.localmodel import server

    server.main()
