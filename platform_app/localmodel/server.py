"""The child: loads the model and serves it over HTTP until its standard input ends. Run by process.py alone.

One line of JSON comes in, the options; one goes out, the address or the fact that there is none. llama.cpp explains
itself on standard error.
"""

from __future__ import annotations

import sys

import msgspec
import xllamacpp

from platform_app.localmodel.options import HOST, ServerOptions
from platform_app.localmodel.process import Started

ERRORS_ONLY = 1
# llama.cpp keeps the state of earlier prompts in memory; its own limit of 8 GiB is more than many machines have.
PROMPT_CACHE_MIB = 64
# For requests that set no limit: small models may not find an end before their context is full, which takes minutes.
LONGEST_ANSWER = 2048


def main() -> None:
    options = msgspec.json.decode(sys.stdin.readline(), type=ServerOptions)
    try:
        server = xllamacpp.Server(parameters(options))
    except RuntimeError:
        sys.exit(1)
    started = Started(address=server.listening_address)
    sys.stdout.write(msgspec.json.encode(started).decode() + "\n")
    sys.stdout.flush()
    sys.stdin.read()  # ends with the parent, however that ends


def parameters(options: ServerOptions) -> xllamacpp.CommonParams:
    """Only this machine is served, only with the key, and nothing but the API: no page, no state of others' prompts."""
    given = xllamacpp.CommonParams()
    given.model.path = options.model
    given.model_alias = {options.alias}
    given.hostnames = [HOST]
    given.port = options.port
    given.api_keys = [options.api_key]
    given.n_parallel = options.slots
    given.n_ctx = options.context * options.slots
    given.n_predict = LONGEST_ANSWER
    given.cpuparams.n_threads = options.threads
    given.cache_ram_mib = PROMPT_CACHE_MIB
    given.verbosity = ERRORS_ONLY
    given.offline = True
    given.ui = False
    given.cors_origins = ""
    given.endpoint_slots = False
    return given


if __name__ == "__main__":
    main()
