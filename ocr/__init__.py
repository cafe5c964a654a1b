"""A photo becomes facts: what codes stand on it, and why none could be read.

Start at image.py (open any bytes safely), then qr.py (the decoding ladder); `python -m ocr FILE…` shows both at work.
Workers and the command line may import this package; the web process must not (cv2 is heavy). It imports base at most,
never loyalty: whether a code is genuine is not for the eyes to say.
"""
