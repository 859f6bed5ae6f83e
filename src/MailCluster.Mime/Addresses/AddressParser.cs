using System.Buffers;
using System.Text;

namespace MailCluster.Mime;

/// <summary>An address as objects, for code that is not run per message fetched: Sieve tests, vacation replies, administration.</summary>
/// <param name="Kind">A mailbox or a group marker.</param>
/// <param name="Name">The display name, decoded (RFC 2047), or the group's name; empty if there is none.</param>
/// <param name="Local">The local part without quotes.</param>
/// <param name="Domain">The domain; empty if the address has none.</param>
public sealed record MailAddress(AddressKind Kind, string Name, string Local, string Domain)
{
    /// <summary>The address as <c>local@domain</c>, the local part in quotes where it needs them; the local part alone without a domain.</summary>
    public string Address
    {
        get
        {
            var local = NeedsQuotes(Local) ? $"\"{Escaped(Local)}\"" : Local;
            return Domain.Length == 0 ? local : $"{local}@{Domain}";
        }
    }

    private static readonly SearchValues<char> Specials = SearchValues.Create(" \t()<>@,;:\"[]\\");

    private static string Escaped(string local) =>
        local.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    private static bool NeedsQuotes(string local) => local.Length > 0 && local.AsSpan().ContainsAny(Specials);
}

/// <summary>Parses the value of an address field (From, To, Reply-To, …).</summary>
public static class AddressParser
{
    /// <summary>All entries in order, group markers included. Never throws for what the bytes are.</summary>
    public static IReadOnlyList<MailAddress> Parse(ReadOnlySpan<byte> value)
    {
        var list = new List<MailAddress>();
        var reader = new AddressReader(value, new AddressScratch());
        while (reader.MoveNext())
        {
            list.Add(reader.Kind == AddressKind.GroupEnd
                ? new MailAddress(AddressKind.GroupEnd, "", "", "")
                : new MailAddress(reader.Kind, Rfc2047.Decode(reader.Name), Text(reader.Local, reader.Kind), Text(reader.Domain, reader.Kind)));
        }

        return list;
    }

    /// <summary>The mailboxes only, in order, groups opened.</summary>
    public static IReadOnlyList<MailAddress> ParseMailboxes(ReadOnlySpan<byte> value) =>
        [.. Parse(value).Where(static a => a.Kind == AddressKind.Mailbox)];

    private static string Text(ReadOnlySpan<byte> bytes, AddressKind kind) => kind == AddressKind.Mailbox ? Encoding.UTF8.GetString(bytes) : "";
}
