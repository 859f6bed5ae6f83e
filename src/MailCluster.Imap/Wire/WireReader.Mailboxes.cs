using System.Text;

namespace MailCluster.Imap.Wire;

/// <summary>Names of mailboxes, and patterns of them.</summary>
internal ref partial struct WireReader
{
    /// <summary>mailbox, decoded to Unicode. Whether it can name a folder is the handler's question.</summary>
    public bool ExpectMailbox(out string name)
    {
        name = "";
        return ExpectAString(out var value) && DecodeName(value, out name);
    }

    /// <summary>list-mailbox: as mailbox, with <c>*</c> and <c>%</c> also outside of strings.</summary>
    public bool ExpectListMailbox(out string pattern)
    {
        pattern = "";
        if (Peek is (byte)'"' or (byte)'{')
            return ExpectString(out var value) && DecodePattern(value, out pattern);
        var length = Grammar.ListMailboxLength(Rest);
        if (length == 0)
            return Reject("Mailbox pattern expected");
        var bare = Rest[..length];
        _at += length;
        return DecodePattern(bare, out pattern);
    }

    // A pattern that is no modified UTF-7 names no folder, which is no fault of LIST; read as it stands it finds "R&D" for who forgot to encode it.
    private bool DecodePattern(ReadOnlySpan<byte> value, out string pattern)
    {
        if (Utf8Names || !Ascii.IsValid(value) || ModifiedUtf7.TryDecode(value, out _))
            return DecodeName(value, out pattern);
        pattern = Encoding.ASCII.GetString(value);
        return true;
    }

    // RFC 9051 §5.1, appendix A: IMAP4rev2 names are UTF-8, IMAP4rev1 names modified UTF-7. A rev1 name with 8-bit bytes can only be meant
    // as UTF-8 (clients that never heard of UTF-7), so it is taken as that.
    private bool DecodeName(ReadOnlySpan<byte> value, out string name)
    {
        if (Utf8Names || !Ascii.IsValid(value))
        {
            name = "";
            if (!System.Text.Unicode.Utf8.IsValid(value))
                return Reject("Mailbox name is not valid UTF-8", RejectionKind.BadMailboxName);
            name = Encoding.UTF8.GetString(value);
            return true;
        }

        return ModifiedUtf7.TryDecode(value, out name)
            || Reject("Mailbox name is not valid modified UTF-7", RejectionKind.BadMailboxName);
    }
}
