"""The command line: `./saathi <group> <verb>`, one file per group. Start with main.py.

Every verb that prints data takes --json. Exit codes: 0 done; 1 refused or failed, one line on standard error; 2 usage.
"""
