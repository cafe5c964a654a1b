"""`python -m bot …`: the one command line, which `./saathi` wraps."""

from bot.cli.main import main

main()
