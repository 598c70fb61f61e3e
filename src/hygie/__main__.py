"""`python -m hygie` is `hygie`."""

from hygie.cli.main import run

if __name__ == "__main__":
    run()
