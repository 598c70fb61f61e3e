"""The practice's pages: each view translates a request into a flow or a selector, and nothing else."""
