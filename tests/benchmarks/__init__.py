"""Ratios against a named peer or a physical limit, measured in the same run; no wall-clock time is asserted."""
