#!/usr/bin/env python3
"""Writes unicode.txt beside it: what NFKC and the bidirectional rule of RFC 3454 need, from the Unicode tables of this Python.

Usage: unicode.py > unicode.txt

Lines: D code points of the full compatibility decomposition of the first; C starter, second, composite; M first, last, combining class; R and L first, last: right-to-left
(R, AL) and left-to-right letters. Numbers are hexadecimal, classes decimal. Hangul is computed and not in here.
"""
import sys
import unicodedata as u

POINTS = [c for c in range(sys.maxunicode + 1) if not 0xD800 <= c <= 0xDFFF]


def is_hangul(c):
    return 0xAC00 <= c <= 0xD7A3


def ranges(value):
    """Runs of code points for which value is the same and not None."""
    first = last = None
    kept = None
    for c in POINTS:
        v = value(c)
        if v is not None and v == kept and c == last + 1:
            last = c
            continue
        if kept is not None:
            yield first, last, kept
        first = last = c
        kept = v
    if kept is not None:
        yield first, last, kept


print(f"# Unicode {u.unidata_version}; made by unicode.py")
for c in POINTS:
    decomposed = u.normalize("NFKD", chr(c))
    if decomposed != chr(c) and not is_hangul(c):
        print("D", *(f"{ord(part):X}" for part in (chr(c), *decomposed)))
for c in POINTS:
    # A composite is what its canonical decomposition composes to again: that leaves the exclusions out.
    pair = u.decomposition(chr(c)).split()
    if len(pair) == 2 and not pair[0].startswith("<") and u.normalize("NFC", chr(c)) == chr(c):
        print("C", *pair, f"{c:X}")
for first, last, combining in ranges(lambda c: u.combining(chr(c)) or None):
    print(f"M {first:X} {last:X} {combining}")
for name, classes in (("R", ("R", "AL")), ("L", ("L",))):
    for first, last, _ in ranges(lambda c: u.bidirectional(chr(c)) in classes or None):
        print(f"{name} {first:X} {last:X}")
