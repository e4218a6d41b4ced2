"""What an agent remembers while it works: one session for each simulation, kind of agent and agent.

A session is two keys of Redis that live and end together: a HASH with the state, one field a key, and a STREAM with the
transcript. `sessions` is the face, `steps` what happens in Redis, `copies` what outlives it, `names` how ids are made.
"""
