"""Judging a conversation by rule: whether a goal is reached (`goal.check_goal`), and grades with reasons (`grading`).

A transcript is read once (`transcript`), the criteria of its scene are cut into `points`, and `coverage` says how far the
student has got; `evidence` holds the signs that the criteria of a `rubric` ask for. All of it is deterministic and knows
neither clock nor database.
"""
