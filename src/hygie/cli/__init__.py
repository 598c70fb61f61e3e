"""The `hygie` command: one file per verb, imported only when that verb is asked for."""
