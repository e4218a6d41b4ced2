"""What operators see and do: the kinds of keys, what a key holds, what one may delete, and who did it."""
