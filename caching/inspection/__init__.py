"""What operators see: the kinds of keys, what a key holds and whether it counts, figures, and what the servers say. Changes nothing."""
