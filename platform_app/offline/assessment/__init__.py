"""Judging a conversation: what the student has shown, whether a goal is reached, and grades with reasons."""
