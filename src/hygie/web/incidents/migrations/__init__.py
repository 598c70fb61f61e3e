"""Database changes of this app."""
