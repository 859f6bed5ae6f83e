namespace MailCluster.Mime;

internal ref partial struct SummarySink
{
    /// <summary>Adds one field to the searchable text: "name: value", decoded, folded, on one line.</summary>
    private void AddHeaderText(byte number, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, MimePartPlace place)
    {
        var isRoot = place == MimePartPlace.Root;
        var into = isRoot ? _work.HeaderText : place == MimePartPlace.Embedded ? _work.BodyText : _work.PartText;
        var decoded = _work.Value;
        decoded.Clear();
        Rfc2047.Append(value, decoded);
        if (isRoot && SearchIndex(number) is >= 0 and var index)
        {
            var search = _work.Search[index];
            if (search.Length > 0)
                search.Append((byte)'\n');
            CaseFold.Append(search, decoded.Written);
        }

        CaseFold.Append(into, name);
        into.Append(": "u8);
        CaseFold.Append(into, decoded.Written);
        into.Append((byte)'\n');
        CutText(into);
    }

    private static int SearchIndex(byte number) => number switch
    {
        FieldNumbers.Subject => 0,
        FieldNumbers.From => 1,
        FieldNumbers.To => 2,
        FieldNumbers.Cc => 3,
        FieldNumbers.Bcc => 4,
        _ => -1,
    };

    /// <summary>
    /// Decodes a body as far as anything of it is needed: its decoded size, and for text the searchable text and the preview. Returns the
    /// decoded size, -1 if the encoding is unknown.
    /// </summary>
    private long FinishBody(in SummaryFrame frame, ByteRange range)
    {
        var body = range.Of(_message);
        if (frame.IsAttachment && frame.Place is MimePartPlace.InMultipart or MimePartPlace.InDigest or MimePartPlace.Root)
            _flags |= SummaryLayout.FlagAttachment;
        if (frame.Kind == MimePartKind.Multipart)
            return range.Length;
        if (!frame.IsText)
            return CountDecoded(frame.Encoding, crlfLines: false, body, keep: 0);

        if (frame.TextEncoding == TransferEncoding.Unknown)
        {
            AddBodyText(frame, body);
            return -1;
        }

        if (TransferEncodings.IsIdentity(frame.TextEncoding))
        {
            if (body.Length > _limits.TextBytesMax)
                _flags |= SummaryLayout.FlagCut;
            AddBodyText(frame, body[..Math.Min(body.Length, _limits.TextBytesMax)]);
            return frame.HasCrlfLines ? range.Length + BareLineFeeds(body) : range.Length;
        }

        var size = CountDecoded(frame.TextEncoding, frame.HasCrlfLines, body, _limits.TextBytesMax);
        if (size > _limits.TextBytesMax)
            _flags |= SummaryLayout.FlagCut;
        AddBodyText(frame, _work.Decoded.Kept.Written);
        return frame.TextEncoding == frame.Encoding ? size : range.Length + BareLineFeeds(body);
    }

    /// <summary>Decodes a body into <see cref="SummaryWorkspace.Decoded"/>, of which the first <paramref name="keep"/> octets stay.</summary>
    private readonly long CountDecoded(TransferEncoding encoding, bool crlfLines, ReadOnlySpan<byte> body, int keep)
    {
        if (encoding == TransferEncoding.Unknown)
            return -1;
        if (TransferEncodings.IsIdentity(encoding) && !crlfLines)
            return body.Length;
        if (encoding == TransferEncoding.Base64 && !crlfLines && keep == 0)
            return default(Base64State).Count(body);

        _work.Decoded.Reset(keep);
        _work.Decoder.Reset(encoding, crlfLines);
        _work.Decoder.Decode(body, _work.Decoded);
        _work.Decoder.Complete(_work.Decoded);
        return _work.Decoded.Total;
    }

    private static int BareLineFeeds(ReadOnlySpan<byte> body) => body.Count((byte)'\n') - body.Count("\r\n"u8);

    private void AddBodyText(in SummaryFrame frame, ReadOnlySpan<byte> decoded)
    {
        var wantsPreview = _work.Preview.Length == 0 && !frame.IsAttachment;
        if (!wantsPreview && TextLength >= _limits.TextBytesMax)
        {
            _flags |= SummaryLayout.FlagCut;
            return;
        }

        var charset = frame.Charset.Of(_message);
        ReadOnlySpan<byte> text;
        if (System.Text.Ascii.IsValid(decoded) && IsAsciiCompatible(charset))
        {
            text = decoded;
        }
        else
        {
            _work.Utf8.Clear();
            MailCharset.AppendUtf8(charset, decoded, _work.Utf8);
            text = _work.Utf8.Written;
        }

        if (frame.IsHtml)
        {
            _work.Plain.Clear();
            HtmlText.Append(text, _work.Plain);
            text = _work.Plain.Written;
        }

        if (wantsPreview)
            PreviewText.Append(text, _limits.PreviewCharactersMax, _work.Preview);
        CaseFold.Append(_work.BodyText, text);
        if (!text.IsEmpty && text[^1] is not ((byte)'\n' or (byte)'\r'))
            _work.BodyText.Append((byte)'\n');
        CutText(_work.BodyText);
    }

    /// <summary>True if bytes below 128 are ASCII in that charset: not in the ones that shift (ISO-2022, HZ, UTF-7) or have wide units.</summary>
    private static bool IsAsciiCompatible(ReadOnlySpan<byte> charset) =>
        charset.IsEmpty || Ascii.EqualsIgnoreCase(charset, "us-ascii"u8) || Ascii.EqualsIgnoreCase(charset, "utf-8"u8)
        || Ascii.StartsWithIgnoreCase(charset, "iso-8859-"u8) || Ascii.StartsWithIgnoreCase(charset, "windows-"u8);

    private readonly int TextLength => _work.HeaderText.Length + _work.PartText.Length + _work.BodyText.Length;

    /// <summary>Cuts <paramref name="into"/> where all runs together pass the limit, not within a character.</summary>
    private void CutText(ByteBuffer into)
    {
        var over = TextLength - _limits.TextBytesMax;
        if (over <= 0)
            return;
        _flags |= SummaryLayout.FlagCut;
        var length = Math.Max(0, into.Length - over);
        while (length > 0 && length < into.Length && (into.Written[length] & 0xC0) == 0x80)
            length--;
        into.Truncate(length);
    }
}
