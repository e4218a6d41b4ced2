"""The trace of one request, for people: `?cache=trace`, the header `X-Cache-Trace`, and `Server-Timing` while developing.

middleware  who may ask, and what he gets      report  what is shown, and kept for some minutes
streams     answers that come bit by bit       words   why, in plain words
timing      Server-Timing, with DEBUG only     kept    in Redis
"""
