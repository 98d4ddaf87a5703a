"""`python -m pydidcomm`: the command line."""

from pydidcomm.cli import main

if __name__ == "__main__":
    main()
