"""Asks the machine, and only asks: nothing here writes, judges or leaves the machine.

`facts` says what can be known, `machine` how it is read, `collect` gathers everything within a time limit.
Each operating system has its folder: a function per fact, named in that folder's `PROBES`.
"""
