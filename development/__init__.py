"""What stands behind dev.py: the standard library only, as it runs before anything is installed."""
