"""The words every part of Hygie speaks: findings, events, time, identifiers and errors.

Only the standard library is imported here, and nothing here reads the machine.
"""
