"""The journal as the app writes and shows it; the chain itself is hygie.journal."""
