#!/usr/bin/env python3
"""Writes unicode-casemap.bin: what i;unicode-casemap (RFC 5051 section 2) makes of each character that it changes.

Each entry: the distance of the code point from the one before, the number of code points it becomes, and those, all as numbers of seven bits an octet.
Hangul syllables are left out: UnicodeCasemap.cs computes them.
"""
import pathlib
import sys
import unicodedata


def number(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def folded(c):
    title = c.title()
    return unicodedata.normalize("NFKD", title if len(title) == 1 else c)


out, last, entries = bytearray(), 0, 0
for point in range(sys.maxunicode + 1):
    if 0xD800 <= point <= 0xDFFF or 0xAC00 <= point <= 0xD7A3:
        continue
    to = folded(chr(point))
    if to == chr(point):
        continue
    out += number(point - last) + number(len(to)) + b"".join(number(ord(c)) for c in to)
    last, entries = point, entries + 1
pathlib.Path(__file__).with_suffix(".bin").write_bytes(out)
print(entries, "entries,", len(out), "octets, Unicode", unicodedata.unidata_version)
