"""Logs as events with fields: one JSON object a line, or lines for people while developing.

form        how every line looks, whoever writes it      requests  a line for each request, with its id and what it cost
censor      what never stands in a log                   work      the same for jobs, and for what outlives its request
figures     what a piece of work asked of cache and AI
"""
