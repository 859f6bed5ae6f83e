using System.Collections.Immutable;
using System.Text;
using MailCluster.Imap.Commands;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Wire;

/// <summary>Flags and keywords.</summary>
internal ref partial struct WireReader
{
    /// <summary>flag-list: <c>(\Seen $Junk)</c>.</summary>
    public bool ExpectFlagList(out FlagList flags)
    {
        flags = FlagList.Empty;
        return ExpectOpen() && (TryReadByte((byte)')') || (ExpectFlags(out flags) && ExpectClose()));
    }

    /// <summary>Flags one after the other, without parentheses, as STORE allows (RFC 9051 §9, store-att-flags).</summary>
    public bool ExpectFlags(out FlagList flags)
    {
        var system = SystemFlags.None;
        ImmutableArray<string>.Builder? keywords = null;
        var items = 0;
        flags = default;
        do
        {
            if (++items > Limits.ListItemsMax)
                return Reject("Too many flags", RejectionKind.Limit);
            if (TryReadByte((byte)'\\'))
            {
                if (!ExpectSystemFlag(ref system))
                    return false;
            }
            else if (ExpectKeyword(out var keyword))
            {
                keywords ??= ImmutableArray.CreateBuilder<string>();
                if (!keywords.Contains(keyword, StringComparer.OrdinalIgnoreCase))
                    keywords.Add(keyword);
            }
            else
            {
                return false;
            }
        }
        while (TryReadByte((byte)' '));
        flags = new FlagList(system, keywords?.DrainToImmutable() ?? []);
        return true;
    }

    /// <summary>flag-keyword: an atom.</summary>
    public bool ExpectKeyword(out string keyword)
    {
        keyword = "";
        if (!TryReadAtom(out var atom))
            return Reject("Flag expected");
        if (atom.Length > Limits.KeywordBytesMax)
            return Reject("Keyword is too long", RejectionKind.Limit);
        keyword = KnownKeywords.Text(atom);
        return true;
    }

    private bool ExpectSystemFlag(ref SystemFlags system)
    {
        if (TryReadAtom(out var name))
        {
            // \Recent is the server's alone; clients that give back what they read send it in APPEND and STORE, so it is passed over.
            var flag = KnownKeywords.SystemFlag(name);
            if (flag is { } known)
            {
                system |= known;
                return true;
            }
        }

        return Reject("Unknown system flag");
    }

    /// <summary>Names of flags that occur again and again, so that no command makes new strings of them.</summary>
    private static class KnownKeywords
    {
        private static readonly string[] Common =
        [
            "$Forwarded", "$MDNSent", "$Junk", "$NotJunk", "$Phishing", "$Label1", "$Label2", "$Label3", "$Label4", "$Label5",
            "Junk", "NonJunk", "Forwarded", "$SubmitPending", "$Submitted", "$Important", "$MailFlagBit0", "$MailFlagBit1", "$MailFlagBit2",
        ];

        public static string Text(ReadOnlySpan<byte> atom)
        {
            foreach (var keyword in Common)
            {
                if (Ascii.Equals(atom, keyword))
                    return keyword;
            }

            return Encoding.ASCII.GetString(atom);
        }

        public static SystemFlags? SystemFlag(ReadOnlySpan<byte> name) => name.Length switch
        {
            4 when Ascii.EqualsIgnoreCase(name, "Seen"u8) => SystemFlags.Seen,
            5 when Ascii.EqualsIgnoreCase(name, "Draft"u8) => SystemFlags.Draft,
            6 when Ascii.EqualsIgnoreCase(name, "Recent"u8) => SystemFlags.None,
            7 when Ascii.EqualsIgnoreCase(name, "Flagged"u8) => SystemFlags.Flagged,
            7 when Ascii.EqualsIgnoreCase(name, "Deleted"u8) => SystemFlags.Deleted,
            8 when Ascii.EqualsIgnoreCase(name, "Answered"u8) => SystemFlags.Answered,
            _ => null,
        };
    }
}
