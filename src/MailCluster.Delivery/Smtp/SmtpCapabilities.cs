namespace MailCluster.Delivery.Smtp;

/// <summary>What the relay offers in its answer to EHLO.</summary>
internal sealed class SmtpCapabilities
{
    private readonly Dictionary<string, string> _byKeyword = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Nothing: the answer to HELO.</summary>
    public static SmtpCapabilities None { get; } = new();

    public bool Pipelining => Has("PIPELINING");

    public bool StartTls => Has("STARTTLS");

    public bool EightBitMime => Has("8BITMIME");

    public bool SmtpUtf8 => Has("SMTPUTF8");

    public bool Dsn => Has("DSN");

    public bool DeliverBy => Has("DELIVERBY");

    public bool HasSize => Has("SIZE");

    /// <summary>RFC 1870: the largest message, in octets; null for no limit that is told.</summary>
    public long? SizeMax => _byKeyword.TryGetValue("SIZE", out var text) && long.TryParse(text, out var size) && size > 0 ? size : null;

    /// <summary>RFC 2852 §4: the shortest time that a message can be asked to be delivered in, in seconds; 0 for any.</summary>
    public long DeliverByMin => _byKeyword.TryGetValue("DELIVERBY", out var text) && long.TryParse(text.Split(',')[0], out var seconds) ? seconds : 0;

    /// <summary>RFC 4954 §3.</summary>
    public bool HasMechanism(string name) =>
        _byKeyword.TryGetValue("AUTH", out var text)
        && text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The first line greets; each other line is a keyword and its parameters.</summary>
    public static SmtpCapabilities Of(SmtpReply reply)
    {
        var capabilities = new SmtpCapabilities();
        foreach (var line in reply.Lines.Skip(1))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            capabilities._byKeyword[space < 0 ? line : line[..space]] = space < 0 ? "" : line[(space + 1)..];
        }

        return capabilities;
    }

    private bool Has(string keyword) => _byKeyword.ContainsKey(keyword);
}
