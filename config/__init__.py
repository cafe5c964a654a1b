"""Configuration: the environment (settings.py) and the programme files that the sample programme is published from.

Imported only by bot.wiring, the CLI and ocr.__main__; everyone else is handed values.
"""
