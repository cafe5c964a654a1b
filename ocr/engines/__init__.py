"""Text recognisers, all of one shape: a picture in, words with their places and confidence out.

Start at engine.py (the Protocol and its promise), then choose.py (by name); rapidocr.py is the default, with its steps
in detection.py, turns.py and recognition.py; easyocr.py needs a package of its own. Only ocr/page.py, the reader's
command and the media worker use an engine; the web process must never import one.
"""
