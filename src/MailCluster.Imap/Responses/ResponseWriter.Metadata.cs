using System.Collections.Immutable;
using System.Text;

namespace MailCluster.Imap.Responses;

/// <summary>METADATA with values (RFC 5464 §4.4.1) and its response codes.</summary>
internal ref partial struct ResponseWriter
{
    /// <param name="mailbox">Empty: the server.</param>
    public void MetadataStart(string mailbox)
    {
        Raw("* METADATA "u8);
        Mailbox(mailbox);
        Raw(" ("u8);
    }

    /// <summary>An entry and its value; null: NIL.</summary>
    public void MetadataEntry(string entry, ImmutableArray<byte>? value)
    {
        AString(Encoding.ASCII.GetBytes(entry));
        Space();
        if (value is not { } bytes)
            Nil();
        else if (bytes.AsSpan().Contains((byte)0))
            Literal8(bytes.AsSpan());
        else
            String(bytes.AsSpan());
    }

    public void MetadataEnd() => Raw(")\r\n"u8);

    /// <summary><c>[METADATA …] </c></summary>
    public void CodeMetadata(string word, int? number)
    {
        CodeStart();
        Raw("METADATA "u8);
        Ascii(word);
        if (number is { } given)
        {
            Space();
            Number(given);
        }

        CodeEnd();
    }

    /// <summary>RFC 3516 §4.4: the only form that may hold NUL.</summary>
    private void Literal8(scoped ReadOnlySpan<byte> value)
    {
        Byte((byte)'~');
        LiteralStart(value.Length);
        Raw(value);
    }
}
