"""The practice's other computers: how they join, and how what they send signed is received."""
