"""What cached functions return, as bytes, and back with exactly the types they had. Knows no query and no Redis.

codec         the three forms, and which one a result gets        refusals    why a value cannot be kept, in words
annotations   what a return annotation promises                   immutable   what need not be copied for each reader
shapes        plain values without one: shapes_found, tagged      alike       whether what comes back is what went in
objects       classes that an annotation names                    instances   of models: model_parts, prefetched
"""
