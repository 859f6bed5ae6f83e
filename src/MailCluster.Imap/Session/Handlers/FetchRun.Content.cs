using System.Buffers;
using MailCluster.Bodies;
using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;
using MailCluster.Mime;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>Sending bytes of messages.</summary>
internal sealed partial class FetchRun
{
    /// <summary>
    /// Asked of the pipe at once: with TLS one such piece becomes one record, and smaller ones cost two to three times the processor.
    /// </summary>
    private const int PieceBytes = 16 * 1024;

    private readonly BodyWindow _window = new();
    private TransferDecoder? _decoder;
    private ByteBuffer? _decoded;

    // Some of the message's line is in the pipe already.
    private bool _isOpen;

    // ... and the session knows.
    private bool _lineBegun;

    private async ValueTask TellSectionsAsync(MessageRow row, ReadOnlyMemory<byte> summary)
    {
        for (var i = 0; i < _contents.Length; i++)
        {
            var section = plan.Sections[i];
            var content = _contents[i];
            if (content.Kind == FetchContentKind.EmbeddedHeader)
                await SelectEmbeddedFieldsAsync(row, section, plan.Fields(i), content);
            else if (content.Kind == FetchContentKind.Ranges && section.Text is SectionText.HeaderFields or SectionText.HeaderFieldsNot)
                await _window.LoadAsync(bodies, row.Body, HeaderOf(summary.Span), output.Closed);
            if (content.Kind == FetchContentKind.UnknownEncoding)
            {
                HasUnknownEncoding = true;
                continue;
            }

            var (offset, count) = WriteLiteralStart(i, section, content);
            if (count == 0)
                continue;
            if (content.Kind == FetchContentKind.AtHand)
                SendAtHand(content, offset, count);
            else if (content.Kind == FetchContentKind.Decoded)
                await SendDecodedAsync(row.Body, content, offset, count);
            else
                await SendRangesAsync(row.Body, content, offset, count, section.Form is SectionForm.Binary or SectionForm.BinaryPeek);
        }
    }

    private static ByteRange HeaderOf(ReadOnlySpan<byte> summary) => MessageSummary.Parse(summary).Root.Header;

    /// <summary>Label and literal start into the scratch buffer; returns which bytes of the content follow.</summary>
    private (long Offset, long Count) WriteLiteralStart(int index, FetchSection section, FetchContent content)
    {
        var writer = new ResponseWriter(_scratch, output.Utf8);
        Name(ref writer, plan.Label(index));
        long offset = 0, count = 0;
        switch (content.Kind)
        {
            case FetchContentKind.Nothing:
                writer.Nil();
                break;
            case FetchContentKind.Size:
                writer.Number(content.Length);
                break;
            default:
                // RFC 9051 §6.4.5.1: a range past the end is cut, one that begins there is empty.
                offset = Math.Min(section.Partial?.Offset ?? 0, content.Length);
                count = Math.Min(section.Partial?.Count ?? long.MaxValue, content.Length - offset);
                // RFC 3516 §4.3: what BINARY gives may hold NUL.
                if (section.Form is SectionForm.Binary or SectionForm.BinaryPeek)
                    writer.Byte((byte)'~');
                writer.LiteralStart(count);
                break;
        }

        writer.Commit();
        return (offset, count);
    }

    private async ValueTask SelectEmbeddedFieldsAsync(MessageRow row, FetchSection section, HeaderFieldSet fields, FetchContent content)
    {
        var header = content.Ranges[0];
        // A header that is longer than any field is looked for within is searched only as far.
        var length = Math.Min(header.Length, limits.HeaderBytesMax);
        var copy = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await ReadExactlyAsync(row.Body, header.Offset, copy.AsMemory(0, length));
            SelectFields(section, fields, copy.AsSpan(0, length), header.Offset, content);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    private void SendAtHand(FetchContent content, long offset, long count)
    {
        var bytes = _scratch.GetSpan((int)count)[..(int)count];
        content.Bytes.Slice((int)offset, (int)count).CopyTo(bytes);
        MaskNul(bytes);
        _scratch.Advance((int)count);
    }

    private async ValueTask SendRangesAsync(BodyRef body, FetchContent content, long skip, long count, bool binary)
    {
        for (var i = 0; i < content.Ranges.Count && count > 0; i++)
        {
            var range = content.Ranges[i];
            var skipped = Math.Min(skip, range.Length);
            skip -= skipped;
            var length = (int)Math.Min(count, range.Length - skipped);
            count -= length;
            if (length > 0)
                await SendRangeAsync(body, (int)(range.Offset + skipped), length, binary);
        }

        if (count > 0 && content.HasBlankLine)
            _scratch.Append("\r\n"u8.Slice((int)skip, (int)Math.Min(count, 2 - skip)));
    }

    /// <param name="binary">The literal may hold NUL; in any other it stands as 80 hex, as other servers have it (RFC 9051 §9, CHAR8).</param>
    private async ValueTask SendRangeAsync(BodyRef body, int offset, int length, bool binary)
    {
        if (_window.TryGet(body, offset, length, out var bytes))
        {
            var into = _scratch.GetSpan(length)[..length];
            bytes.Span.CopyTo(into);
            if (!binary)
                MaskNul(into);
            _scratch.Advance(length);
            return;
        }

        while (length > 0)
        {
            // The scratch buffer goes ahead of the bytes, in one piece with them, and neither counts as written before the read has
            // succeeded.
            var wanted = Math.Min(length, PieceBytes);
            var memory = output.Writer.GetMemory(_scratch.Length + wanted);
            _scratch.Written.CopyTo(memory.Span);
            var room = Math.Min(length, memory.Length - _scratch.Length);
            var read = await bodies.ReadAsync(body, offset, memory.Slice(_scratch.Length, room), output.Closed);
            if (read == 0)
                throw new BodyCorruptException(body, "It is shorter than its summary says.");
            if (!binary)
                MaskNul(memory.Span.Slice(_scratch.Length, read));
            output.Writer.Advance(_scratch.Length + read);
            _scratch.Clear();
            _isOpen = true;
            offset += read;
            length -= read;
            await PauseInLineAsync();
        }
    }

    private static void MaskNul(Span<byte> bytes)
    {
        if (bytes.Contains((byte)0))
            bytes.Replace((byte)0, (byte)0x80);
    }

    // RFC 3516 §4.3: without the transfer encoding.
    private async ValueTask SendDecodedAsync(BodyRef body, FetchContent content, long skip, long count)
    {
        _decoder ??= new TransferDecoder(content.Encoding);
        _decoder.Reset(content.Encoding, content.HasCrlfLines);
        _decoded ??= new ByteBuffer();
        var range = content.Ranges[0];
        var encoded = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            for (int at = 0; at < range.Length && count > 0;)
            {
                var read = await bodies.ReadAsync(
                    body, range.Offset + at, encoded.AsMemory(0, Math.Min(PieceBytes, range.Length - at)), output.Closed);
                if (read == 0)
                    throw new BodyCorruptException(body, "It is shorter than its summary says.");
                at += read;
                _decoder.Decode(encoded.AsSpan(0, read), _decoded);
                if (at == range.Length)
                    _decoder.Complete(_decoded);
                TakeDecoded(ref skip, ref count);
                if (_scratch.Length < PieceBytes)
                    continue;
                FlushScratch();
                await PauseInLineAsync();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(encoded);
        }

        if (count > 0)
            throw new BodyCorruptException(body, "A part decodes to less than its summary says.");
    }

    private void TakeDecoded(ref long skip, ref long count)
    {
        var skipped = (int)Math.Min(skip, _decoded!.Length);
        var taken = (int)Math.Min(count, _decoded.Length - skipped);
        _scratch.Append(_decoded.Written.Slice(skipped, taken));
        skip -= skipped;
        count -= taken;
        _decoded.Clear();
    }

    private async ValueTask ReadExactlyAsync(BodyRef body, long offset, Memory<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            var read = await bodies.ReadAsync(body, offset, destination, output.Closed);
            if (read == 0)
                throw new BodyCorruptException(body, "It is shorter than its summary says.");
            offset += read;
            destination = destination[read..];
        }
    }

    private void FlushScratch()
    {
        if (_scratch.Length == 0)
            return;
        output.Writer.Write(_scratch.Written);
        _scratch.Clear();
        _isOpen = true;
    }

    /// <summary>Back-pressure within a line: from here on a failure cannot be told.</summary>
    private ValueTask PauseInLineAsync()
    {
        if (!_lineBegun)
        {
            output.BeginLine();
            _lineBegun = true;
        }

        return output.FlushIfLargeAsync();
    }

    private void EndLine()
    {
        _lineBegun = false;
        output.EndLine();
    }
}
