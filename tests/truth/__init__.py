"""The truth test: a real Debian is changed in one way, and the right check, and no other, changes outcome."""
