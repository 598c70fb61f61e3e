"""The pages of an incident: each view reads the request, calls one flow, and redirects."""
