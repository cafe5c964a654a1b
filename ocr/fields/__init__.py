"""One field of an invoice after another: labels, number, dates, parties, sums, lines, kind of paper.

Each module takes pages of rows (ocr.rows) and gives what it found with how sure it is; ocr.invoice puts them together.
Nothing here imports more than ocr.rows, ocr.facts and the readers of amounts and GSTINs. Start at labels.py.
"""
