"""Describes messages with Python's email package, as JSON, for the comparison in ReferenceTests.cs.

What the package does not define the way IMAP does is mapped here: a multipart that could not be split is text/plain, and only
message/rfc822 and message/global hold messages. What it does not define at all is null.
"""
import base64
import binascii
import email
import email.header
import email.policy
import email.utils
import hashlib
import json
import sys


def raw(text):
    return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else bytes(text)


def digest(data):
    return hashlib.sha256(data).hexdigest()


def holds_message(part):
    return part.get_content_type() in ("message/rfc822", "message/global")


def describe_part(part):
    kind = part.get_content_type()
    node = {"children": [], "body": None, "decoded": None, "filename": None, "charset": None}
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        node["children"] = [describe_part(p) for p in part.get_payload()]
    elif holds_message(part) and part.is_multipart():
        node["children"] = [describe_part(part.get_payload(0))]
    elif part.get_content_maintype() == "multipart":
        kind = "text/plain"
        node["body"] = digest(raw(part._payload))
    elif not part.is_multipart():
        payload = part._payload  # get_payload() would decode the charset
        node["body"] = digest(raw(payload))
        node["decoded"] = decoded(part, raw(payload))
    node["type"] = kind
    name = part.get_filename()
    if isinstance(name, str) and "\ufffd" not in name and name.isprintable():
        node["filename"] = name
    charset = part.get_content_charset()
    if charset is not None and "(" not in charset:
        node["charset"] = charset
    return node


def decoded(part, payload):
    encoding = str(part.get("content-transfer-encoding", "")).strip().lower()
    if encoding in ("", "7bit", "8bit", "binary"):
        return digest(payload)
    if encoding == "quoted-printable":
        # The package keeps white space at line ends, which RFC 2045 section 6.7 has removed.
        lines = payload.split(b"\n")
        lines = [l[:-1].rstrip(b" \t") + b"\r" if l.endswith(b"\r") else l.rstrip(b" \t") for l in lines]
        return digest(binascii.a2b_qp(b"\n".join(lines)))
    if encoding == "base64":
        digits = bytes(b for b in payload.split(b"=")[0] if chr(b).isalnum() and b < 128 or b in b"+/")
        if len(digits) % 4 == 1:
            digits = digits[:-1]
        return digest(base64.b64decode(digits + b"=" * (-len(digits) % 4)))
    return None


def header_text(value):
    try:
        return str(email.header.make_header(email.header.decode_header(value)))
    except (LookupError, UnicodeError, ValueError, binascii.Error, email.errors.HeaderParseError):
        return None


def addresses(values):
    joined = [v for v in values]
    if any("(" in v or "\n" in v and ":" in v for v in joined):
        return None
    return [[name, address] for name, address in email.utils.getaddresses(joined)]


def describe(data):
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    fields = [[name, raw(value).decode("latin-1")] for name, value in message._headers]
    result = {"fields": fields, "root": describe_part(message), "subject": None, "date": None}
    subject = next((v for n, v in message._headers if n.lower() == "subject"), None)
    if subject is not None and "\0" not in subject:
        try:
            subject.encode("ascii")
            result["subject"] = header_text(subject)
        except UnicodeError:
            pass
    for name in ("from", "to", "cc"):
        values = [v for n, v in message._headers if n.lower() == name]
        result[name] = addresses(values) if all(v.isascii() for v in values) else None
    date = next((v for n, v in message._headers if n.lower() == "date"), None)
    if date is not None:
        parsed = email.utils.parsedate_tz(date)
        if parsed is not None and parsed[9] is not None:
            try:
                result["date"] = [email.utils.mktime_tz(parsed), parsed[9] // 60]
            except (ValueError, OverflowError):
                pass
    return result


def main():
    out = sys.stdout
    for path in sys.stdin.read().split("\n"):
        if not path:
            continue
        with open(path, "rb") as file:
            out.write(json.dumps(describe(file.read())) + "\n")


main()
