using System.Diagnostics.CodeAnalysis;
using System.Text;
using MailCluster.Mime;

namespace MailCluster.Sieve;

/// <summary>Addresses that a script sends to or answers from: one addr-spec (RFC 5228 §2.4.2.3), no list, no group.</summary>
public static class SieveAddress
{
    private const int LengthMax = 320;

    /// <summary>
    /// Reads one address, with or without a name before it. False for anything else: no domain, several addresses, control characters, more than 320 characters.
    /// </summary>
    /// <param name="address"><c>local@domain</c>.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out string? address)
    {
        ArgumentNullException.ThrowIfNull(text);
        address = null;
        var trimmed = text.Trim();
        if (trimmed.Length is 0 or > LengthMax || trimmed.AsSpan().ContainsAnyInRange('\0', '\x1F'))
            return false;
        if (AddressParser.Parse(Encoding.UTF8.GetBytes(trimmed)) is not [{ Kind: AddressKind.Mailbox, Local.Length: > 0, Domain.Length: > 0 } only] || !IsDomain(only.Domain))
            return false;

        // The reader is lenient, as mail that arrives needs it; what is sent has to be what was written.
        var written = trimmed.EndsWith('>') ? trimmed[(trimmed.LastIndexOf('<') + 1)..^1] : trimmed;
        if (!string.Equals(written, only.Address, StringComparison.Ordinal) && !written.StartsWith('"'))
            return false;
        address = only.Address;
        return true;
    }

    private static bool IsDomain(string domain) =>
        domain is ['[', .., ']'] || (!domain.StartsWith('.') && !domain.EndsWith('.') && !domain.Contains("..", StringComparison.Ordinal)
            && domain.EnumerateRunes().All(static rune => Rune.IsLetterOrDigit(rune) || rune.Value is '-' or '.' or '_'));
}
