namespace MailCluster.Mime;

/// <summary>The base subject of RFC 5256 §2.1: a subject without "Re:", "Fwd:", "[list]" and the like, for SORT and THREAD.</summary>
public static class BaseSubject
{
    /// <summary>
    /// Appends the base subject of <paramref name="decoded"/> (UTF-8, encoded-words decoded, unfolded), with its letters as they are. Returns
    /// true if the subject is of a reply or forward: a "Re:", "Fwd:" or "(fwd)" was removed.
    /// </summary>
    public static bool Append(ReadOnlySpan<byte> decoded, ByteBuffer into)
    {
        ArgumentNullException.ThrowIfNull(into);
        var start = into.Length;
        Collapse(decoded, into);
        var text = (ReadOnlySpan<byte>)into.WritableWritten[start..];
        var isReply = false;
        while (true)
        {
            text = TrimTrailer(text, ref isReply);
            text = TrimLeaders(text, ref isReply);
            if (!StartsWith(text, "[fwd:"u8) || text[^1] != ']')
                break;
            text = text[5..^1]; // step 6
            isReply = true;
        }

        var length = text.Length;
        text.CopyTo(into.WritableWritten[start..]);
        into.Truncate(start + length);
        return isReply;
    }

    /// <summary>Step 1: tabs to spaces, many spaces to one.</summary>
    private static void Collapse(ReadOnlySpan<byte> decoded, ByteBuffer into)
    {
        var space = false;
        foreach (var b in decoded)
        {
            if (Lwsp.IsSpace(b))
            {
                if (!space)
                    into.Append((byte)' ');
                space = true;
                continue;
            }

            into.Append(b);
            space = false;
        }
    }

    /// <summary>Step 2: "(fwd)" and spaces at the end.</summary>
    private static ReadOnlySpan<byte> TrimTrailer(ReadOnlySpan<byte> text, scoped ref bool isReply)
    {
        while (true)
        {
            text = text.TrimEnd((byte)' ');
            if (text.Length < 5 || !Ascii.EqualsIgnoreCase(text[^5..], "(fwd)"u8))
                return text;
            text = text[..^5];
            isReply = true;
        }
    }

    /// <summary>
    /// Steps 3 to 5: leaders (<c>*subj-blob subj-refwd</c>), and blobs as long as something is left behind them. A run of blobs is walked once:
    /// it is the leader's if a "Re:" follows it, else all of it goes but a last one that would leave nothing.
    /// </summary>
    private static ReadOnlySpan<byte> TrimLeaders(ReadOnlySpan<byte> text, scoped ref bool isReply)
    {
        while (true)
        {
            text = text.TrimStart((byte)' ');
            var blobs = 0;
            var beforeLast = 0;
            while (BlobLength(text[blobs..]) is > 0 and var blob)
            {
                beforeLast = blobs;
                blobs += blob;
            }

            var reply = ReplyLength(text[blobs..]);
            if (reply == 0)
                return blobs == text.Length ? text[beforeLast..] : text[blobs..];
            isReply = true;
            text = text[(blobs + reply)..];
        }
    }

    /// <summary>The length of <c>subj-refwd</c> at the start, 0 if it is not there.</summary>
    private static int ReplyLength(ReadOnlySpan<byte> text)
    {
        int at;
        if (StartsWith(text, "re"u8))
            at = 2;
        else if (StartsWith(text, "fwd"u8))
            at = 3;
        else if (StartsWith(text, "fw"u8))
            at = 2;
        else
            return 0;
        while (at < text.Length && text[at] == ' ')
            at++;
        at += BlobLength(text[at..]);
        return at < text.Length && text[at] == ':' ? at + 1 : 0;
    }

    /// <summary>The length of <c>"[" *BLOBCHAR "]" *WSP</c> at the start, 0 if it is not there.</summary>
    private static int BlobLength(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[0] != '[')
            return 0;
        var end = text[1..].IndexOfAny((byte)'[', (byte)']');
        if (end < 0 || text[1 + end] != ']')
            return 0;
        var length = end + 2;
        while (length < text.Length && text[length] == ' ')
            length++;
        return length;
    }

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) => Ascii.StartsWithIgnoreCase(text, word);
}
