"""What a user of the cache relies on holds on every Redis that it supports: `make test-topologies`.

`suite.txt` beside this file names the tests, for pytest; they stand where their subject does. `TEST_REDIS` says what they
run on: one Valkey (`make test`, and on PostgreSQL `make test-pg`), a cluster of three masters, a Sentinel set, the Redis 7.0
of Debian. Of them, `database.txt` names what has to do with both Redis and a database: no more is run on a cluster with
PostgreSQL, for either alone has been tried with all of them. They look at a server through `redis_server`, which is a cluster's client on a cluster, or through
`redis_servers`, a client for each primary. Left out is what does not speak to Redis (SQL, codecs, arguments), what starts
servers of its own in any case, and the long runs under stress, of which `stress/test_on_every_redis.py` is the short form.
"""
