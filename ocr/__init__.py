"""A photo or PDF becomes facts: its codes, a signed e-invoice, an invoice's fields, what is wrong with them, what to do.

Start at paper.py, the whole way of one paper; image.py opens any bytes safely, qr.py is the decoding ladder, engines/ read
print, invoice.py and checks.py are pure. `python -m ocr FILE…` shows it at work. Workers and the command line may import
this package; the web process must not (cv2 is heavy). It imports base at most, never loyalty: whether a code is
genuine or a seller authorised is not for the eyes to say.
"""
