"""The journal: who did what and when, one chain of hashes per practice, never rewritten.

It lives in the same database as the actions it tells; standard library only, so that every process can write to it.
"""
