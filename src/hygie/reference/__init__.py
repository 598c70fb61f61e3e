"""The facts Hygie stands on, as dated data: checks, measures, law, contacts, lists of programs.

Every file is TOML; every fact has a source, the address it was read at, the day, and a confidence.
"""
