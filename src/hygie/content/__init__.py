"""What a file is, by its name and its first bytes: nothing is decoded, nothing is kept."""
