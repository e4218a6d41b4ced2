"""What a scenario announces. Features above listen; this one does not know them."""

from django.dispatch import Signal

# Sent after the commit, with `scenario_id=`: students can play it from now on, or it was published anew.
scenario_published = Signal()
