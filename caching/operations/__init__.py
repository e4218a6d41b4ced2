"""What operators do, and who did it: invalidating, deleting, cleaning up and warming."""
