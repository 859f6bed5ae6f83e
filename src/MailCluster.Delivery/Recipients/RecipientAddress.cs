namespace MailCluster.Delivery;

/// <summary>
/// The address of a recipient as the envelope gave it, without angle brackets and with the quotes of a quoted local part taken off. A local name
/// without a domain has an empty one.
/// </summary>
public readonly record struct RecipientAddress(string LocalPart, string Domain)
{
    /// <summary>Splits at the last @; quotes must be off already.</summary>
    public static RecipientAddress Parse(string address) =>
        address.LastIndexOf('@') is var at and >= 0 ? new(address[..at], address[(at + 1)..]) : new(address, "");

    public override string ToString() => Domain.Length == 0 ? LocalPart : LocalPart + "@" + Domain;
}
