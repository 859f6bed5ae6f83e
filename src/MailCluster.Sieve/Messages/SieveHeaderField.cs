using MailCluster.Mime;

namespace MailCluster.Sieve;

/// <summary>One header field of a part. What is computed is computed once.</summary>
public abstract class SieveHeaderField
{
    /// <summary>The name as it is written in the message.</summary>
    public abstract string Name { get; }

    /// <summary>The value in octets: folds, encoded-words and comments still in it, without the white space around it.</summary>
    public abstract ReadOnlyMemory<byte> Raw { get; }

    /// <summary>The value unfolded, decoded (RFC 2047) and without white space around it: what RFC 5228 §2.4.2.2 and §5.7 compare.</summary>
    public abstract string Text { get; }

    /// <summary>The mailboxes of the value, groups opened; empty for what is no address list.</summary>
    public abstract IReadOnlyList<MailAddress> Addresses { get; }

    /// <summary>
    /// The words before the parameters (RFC 5703 §4): of a Content-Type the type and subtype, of a Content-Disposition the disposition and "", of any other field
    /// "" and "". Lower case. Empty strings if the value has no such form.
    /// </summary>
    public abstract (string Type, string Subtype) MimeType { get; }

    /// <summary>The value of a parameter, RFC 2231 forms decoded; null if there is none.</summary>
    public abstract string? MimeParameter(string name);
}
