"""Reading a case study: its people and what they want, its decision, its scenes and what is to be learnt from it."""
