"""``python -m ksyn``: the command line."""

from ksyn.cli import main

main()
