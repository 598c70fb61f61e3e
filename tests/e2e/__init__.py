"""The command as a person runs it, in its own process."""
