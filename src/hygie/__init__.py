"""Hygie keeps a French medical practice safe from cyber attacks, and helps it act when one happens."""

__version__ = "0.1.0"
