"""The rules, one module a theme: pure functions of typed facts, each under the identifier of its text."""
