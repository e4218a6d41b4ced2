"""How a write makes cached values invalid: what it announces, and what it knows of the rows it changes."""
