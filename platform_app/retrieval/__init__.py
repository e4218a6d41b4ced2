"""Which passages of a long case a prompt carries: those that have most to do with its topics, by words and by meaning.

Personas and graders ask the same `selectors`. Below them everything but `meaning`, which asks the AI for vectors, is pure.
"""
