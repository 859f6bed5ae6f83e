using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using MailCluster.Mailboxes;

namespace MailCluster.Pop3.Uidl;

// What UIDL tells of a message, by a template, so that a site that moves here keeps what its clients remember: a client that sees other UIDLs downloads everything
// again.
//
//   %u  the UID                          %{uid}
//   %v  the folder's UIDVALIDITY         %{uidvalidity}
//   %g  the email id, 32 hex digits      %{guid}
//   %%  a percent sign
//
// Between the sign and the letter, as in Dovecot 2.3: 0 and a width fill up with zeros, X writes in hex, L and U in small and capital letters. In Dovecot 2.4's
// spelling these stand in the braces, each behind a bar: %{uid | hex(8)}, %{guid | upper}. Dovecot cuts to a width without 0; here that is refused, since what
// is cut off may be what tells two messages apart. Examples:
//
//   %08Xu%08Xv        Dovecot, and the default        %v.%u   Cyrus       %v-%u   Courier        %u   UIDs alone
//
// RFC 1939 §7: 1 to 70 characters from 21 to 7E hex, and never the same for two messages of a maildrop. So a template holds the UID or the email id. (Two
// copies of one message in one folder have one email id; RFC 1939 allows that to identical messages.)

/// <summary>A checked template of UIDLs. Immutable.</summary>
public sealed class UidlTemplate
{
    /// <summary>RFC 1939 §7.</summary>
    internal const int LengthMax = 70;

    private readonly UidlPart[] _parts;

    private UidlTemplate(string text, UidlPart[] parts)
    {
        Text = text;
        _parts = parts;
    }

    /// <summary>Dovecot's, whose sites are the most.</summary>
    public static UidlTemplate Default { get; } = Parse("%08Xu%08Xv");

    /// <summary>As it was given.</summary>
    public string Text { get; }

    /// <exception cref="FormatException">It is not a template; the message says why.</exception>
    public static UidlTemplate Parse(string text) =>
        TryParse(text, out var template, out var problem) ? template : throw new FormatException(problem);

    /// <param name="text">The template.</param>
    /// <param name="template">The template, if it is one.</param>
    /// <param name="problem">What is wrong with it, for the person who wrote it.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out UidlTemplate? template, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        template = null;
        problem = UidlTemplateReader.Read(text, out var parts) ?? Check(parts);
        if (problem is not null)
            return false;
        template = new UidlTemplate(text, [.. parts]);
        return true;
    }

    private static string? Check(List<UidlPart> parts)
    {
        if (!parts.Exists(static part => part.Kind is UidlPartKind.Uid or UidlPartKind.EmailId))
            return "it needs %u or %g, or two messages would have one UIDL";
        var length = parts.Sum(static part => part.LengthMax);
        return length > LengthMax ? $"it can become {length} characters long, and a UIDL has at most {LengthMax} (RFC 1939 §7)" : null;
    }

    public override string ToString() => Text;

    /// <summary>Writes a message's UIDL.</summary>
    /// <param name="uidValidity">Of the folder.</param>
    /// <param name="uid">Of the message.</param>
    /// <param name="emailId">Of the message.</param>
    /// <param name="into">At least 70 bytes.</param>
    /// <returns>How many bytes were written.</returns>
    internal int Format(uint uidValidity, uint uid, EmailId emailId, Span<byte> into)
    {
        var at = 0;
        foreach (var part in _parts)
        {
            at += part.Kind switch
            {
                UidlPartKind.Uid => Number(part, uid, into[at..]),
                UidlPartKind.UidValidity => Number(part, uidValidity, into[at..]),
                UidlPartKind.EmailId => Id(part, emailId, into[at..]),
                _ => Encoding.ASCII.GetBytes(part.Literal, into[at..]),
            };
        }

        return at;
    }

    private static int Number(UidlPart part, uint number, Span<byte> into)
    {
        Span<byte> digits = stackalloc byte[10];
        int length;
        if (part.IsHex)
            number.TryFormat(digits, out length, part.Case == UidlCase.Upper ? "X" : "x", CultureInfo.InvariantCulture);
        else
            Utf8Formatter.TryFormat(number, digits, out length);
        var zeros = Math.Max(part.Width - length, 0);
        into[..zeros].Fill((byte)'0');
        digits[..length].CopyTo(into[zeros..]);
        return zeros + length;
    }

    private static int Id(UidlPart part, EmailId id, Span<byte> into)
    {
        id.Value.TryFormat(into, out var length, "N");
        if (part.Case == UidlCase.Upper)
            Ascii.ToUpperInPlace(into[..length], out _);
        return length;
    }
}
