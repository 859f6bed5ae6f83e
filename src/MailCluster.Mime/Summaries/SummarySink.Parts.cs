using System.Buffers;

namespace MailCluster.Mime;

internal ref partial struct SummarySink
{
    /// <summary>Writes the record of a part whose header has just ended; what its body will tell stays zero.</summary>
    private void WriteRecord(ref SummaryFrame frame, MimeNotSplit notSplit)
    {
        var into = _work.Parts;
        var hasType = TryField(FieldNumbers.ContentType, out var typeValue);
        var type = ContentType.Parse(typeValue);
        ReadTransferEncoding(ref frame);
        var isMessage = frame.Place is MimePartPlace.Root or MimePartPlace.Embedded;

        BeginRecord(frame, isMessage);
        if (notSplit == MimeNotSplit.Limit)
            WriteType("application"u8, "octet-stream"u8);
        else if (notSplit == MimeNotSplit.NoBoundary || (hasType && !type.IsValid))
            WriteType("text"u8, "plain"u8); // RFC 2045 §5.2; a multipart that cannot be split is best shown as it is
        else if (hasType)
            WriteType(type.Type, type.Subtype);
        else if (frame.Place == MimePartPlace.InDigest)
            WriteType("message"u8, "rfc822"u8);
        else
            WriteType("text"u8, "plain"u8);

        var isText = !hasType || !type.IsValid || type.IsText || notSplit == MimeNotSplit.NoBoundary;
        frame.IsText = frame.Kind == MimePartKind.Leaf && notSplit != MimeNotSplit.Limit && isText;
        frame.IsHtml = frame.IsText && Ascii.EqualsIgnoreCase(type.Subtype, "html"u8);
        frame.Charset = frame.IsText ? FindCharset(typeValue, type.ParametersAt) : default;
        frame.HasCrlfLines = frame.IsText && !MailCharset.IsWide(frame.Charset.Of(_message));
        _work.Parameters.Write(into, typeValue, hasType ? type.ParametersAt : 0, defaultCharset: frame.IsText);
        WriteFields(ref frame, hasFileName: hasType && HasParameter(typeValue, type.ParametersAt, "name"u8));
        if (isMessage)
            WriteEnvelope(isRoot: frame.Place == MimePartPlace.Root);
        EndRecord(frame);
    }

    private readonly void BeginRecord(in SummaryFrame frame, bool isMessage)
    {
        var into = _work.Parts;
        into.AppendFixed(0);
        into.AppendFixed(0);
        into.Append((byte)frame.Kind);
        into.Append(isMessage ? SummaryLayout.PartIsMessage : (byte)0);
        into.Append((byte)frame.Encoding);
        into.AppendFixed(0);
        into.AppendFixed(0);
        into.AppendFixed(0);
        into.AppendFixed(0);
        into.AppendVarint(frame.Header.Offset);
        into.AppendVarint(frame.Header.Length);
        into.AppendVarint(frame.HeaderLines);
    }

    private readonly void EndRecord(in SummaryFrame frame)
    {
        var records = _work.Parts;
        records.SetFixed(frame.RecordAt, (uint)(records.Length - frame.RecordAt));
        if (frame.HasCrlfLines)
        {
            var flags = records.Written[frame.RecordAt + SummaryLayout.FlagsAt];
            records.SetByte(frame.RecordAt + SummaryLayout.FlagsAt, (byte)(flags | SummaryLayout.PartHasCrlfLines));
        }
    }

    private readonly void WriteType(ReadOnlySpan<byte> type, ReadOnlySpan<byte> subtype)
    {
        _work.Parts.AppendString(type);
        _work.Parts.AppendString(subtype);
    }

    private readonly void ReadTransferEncoding(ref SummaryFrame frame)
    {
        frame.HasEncodingField = TryField(FieldNumbers.ContentTransferEncoding, out var value);
        frame.Encoding = TransferEncodings.Parse(value);
        // RFC 2045 §6.4 forbids other encodings of multiparts; their parts are read where they lie, so another one cannot be meant.
        if (frame.Kind == MimePartKind.Multipart && !TransferEncodings.IsIdentity(frame.Encoding))
            frame.Encoding = TransferEncoding.SevenBit;
        frame.TextEncoding = frame.Encoding;
        // The message in an encoded message part is one text to us; at least its words are to be found.
        var frames = _work.Open;
        if (frame.Place == MimePartPlace.Embedded && !frame.HasEncodingField && frames.Count > 1)
            frame.TextEncoding = frames[^2].Encoding;
    }

    private readonly void WriteFields(ref SummaryFrame frame, bool hasFileName)
    {
        var into = _work.Parts;
        WriteUnfolded(FieldNumbers.ContentId);
        WriteUnfolded(FieldNumbers.ContentDescription);
        TryField(FieldNumbers.ContentTransferEncoding, out var encoding);
        into.AppendOptional(frame.Encoding == TransferEncoding.Unknown, TransferEncodings.Token(encoding));
        WriteUnfolded(FieldNumbers.ContentMd5);
        WriteDisposition(ref frame, hasFileName);
        WriteLanguages();
        WriteUnfolded(FieldNumbers.ContentLocation);
    }

    private readonly void WriteUnfolded(byte number)
    {
        var present = TryField(number, out var value);
        _work.Value.Clear();
        Lwsp.AppendUnfolded(_work.Value, value);
        _work.Parts.AppendOptional(present, _work.Value.Written);
    }

    private readonly void WriteDisposition(ref SummaryFrame frame, bool hasFileName)
    {
        var into = _work.Parts;
        TryField(FieldNumbers.ContentDisposition, out var value);
        var token = TransferEncodings.Token(value);
        var at = Lwsp.SkipCfws(value, 0) + token.Length;
        if (token.Contains((byte)'='))
        {
            // "Content-Disposition: filename=x": the type was forgotten.
            token = default;
            at = 0;
        }

        hasFileName |= HasParameter(value, at, "filename"u8);
        // RFC 2183 §2.8: what is not known is an attachment.
        if (token.IsEmpty && HasParameter(value, at, default))
            token = "attachment"u8;

        into.AppendOptional(!token.IsEmpty, token);
        if (token.IsEmpty)
            into.AppendVarint(0);
        else
            _work.Parameters.Write(into, value, at, defaultCharset: false);
        var isInline = token.IsEmpty ? !hasFileName : Ascii.EqualsIgnoreCase(token, "inline"u8);
        frame.IsAttachment = frame.Kind != MimePartKind.Multipart && !isInline;
    }

    private readonly void WriteLanguages()
    {
        TryField(FieldNumbers.ContentLanguage, out var value);
        _work.Value.Clear();
        var count = 0;
        var at = 0;
        while (at < value.Length && count < 64)
        {
            at = Lwsp.SkipCfws(value, at);
            var start = at;
            while (at < value.Length && value[at] is > 32 and < 127 and not ((byte)',' or (byte)'(' or (byte)';'))
                at++;
            if (at > start)
            {
                _work.Value.AppendString(value[start..at]);
                count++;
            }
            else
            {
                at++;
            }
        }

        _work.Parts.AppendVarint(count);
        _work.Parts.Append(_work.Value.Written);
    }

    /// <summary>
    /// A multipart in which no part was found. Without any delimiter it is shown as the text that it is; with one it is an empty multipart,
    /// which IMAP cannot say (RFC 9051 §9, body-type-mpart), so an empty text is put in it.
    /// </summary>
    private void EmptyMultipart(ref SummaryFrame frame, in MimePartEnd part)
    {
        if (part.Delimiters == 0)
        {
            frame.Kind = MimePartKind.Leaf;
            _work.Parts.Truncate(frame.RecordAt);
            WriteRecord(ref frame, MimeNotSplit.NoBoundary);
            return;
        }

        _partCount++;
        var child = new SummaryFrame { RecordAt = _work.Parts.Length, Header = new ByteRange(part.Body.End, 0), HasCrlfLines = true };
        BeginRecord(child, isMessage: false);
        WriteType("text"u8, "plain"u8);
        _work.Parameters.Write(_work.Parts, default, 0, defaultCharset: true);
        _work.Fields.Clear();
        WriteFields(ref child, hasFileName: false);
        EndRecord(child);
        _work.Parts.SetFixed(child.RecordAt + SummaryLayout.SubtreeAt, (uint)(_work.Parts.Length - child.RecordAt));
        var flags = _work.Parts.Written[child.RecordAt + SummaryLayout.FlagsAt];
        _work.Parts.SetByte(child.RecordAt + SummaryLayout.FlagsAt, (byte)(flags | SummaryLayout.PartIsSynthetic | SummaryLayout.PartHasDecodedSize));
    }

    private static readonly SearchValues<byte> CharsetEnd = SearchValues.Create(" \t\r\n,;"u8);

    private readonly ByteRange FindCharset(ReadOnlySpan<byte> typeValue, int at)
    {
        var reader = new MimeParameterReader(typeValue, at);
        while (reader.MoveNext())
        {
            if (!Ascii.EqualsIgnoreCase(reader.Name, "charset"u8))
                continue;
            var raw = reader.Raw;
            var length = raw.IndexOfAny(CharsetEnd);
            // Offsets in the value are offsets in the message from where the value begins.
            foreach (var (name, range) in _work.Fields)
            {
                if (name == FieldNumbers.ContentType)
                    return new ByteRange(range.Offset + reader.RawOffset, length < 0 ? raw.Length : length);
            }
        }

        return default;
    }

    /// <summary>True if there is a parameter of that name, whole, continued or extended; of any name if it is empty.</summary>
    private static bool HasParameter(ReadOnlySpan<byte> value, int at, ReadOnlySpan<byte> name)
    {
        var reader = new MimeParameterReader(value, at);
        while (reader.MoveNext())
        {
            if (name.IsEmpty)
                return true;
            if (Ascii.StartsWithIgnoreCase(reader.Name, name) && (reader.Name.Length == name.Length || reader.Name[name.Length] == '*'))
                return true;
        }

        return false;
    }
}
