"""Playing a persona: what it may say in the first person, what it knows about a question, and how it answers."""
