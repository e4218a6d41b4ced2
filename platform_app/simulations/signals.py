"""What a simulation announces. Features above listen; this one does not know them."""

from django.dispatch import Signal

# Sent after the commit, with `simulation=`: all its scenes are over and it can be graded.
simulation_completed = Signal()
