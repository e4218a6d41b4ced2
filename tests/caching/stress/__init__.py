"""The proof of "never stale": processes that write in every way and processes that read through the cache, at once.

No clock is compared. A writer publishes in shared memory (`board`) what it has committed, after its COMMIT returned; a
reader notes what is published, then begins a scope, reads through cached functions and is judged by what it had noted.
`arena` starts servers and processes, `writes` are the kinds of writes, `reads` the cached functions, `judge` the verdict,
`faults` and `trouble` what goes wrong on purpose. `STRESS_SCALE=20` makes every run twenty times as long.
"""
