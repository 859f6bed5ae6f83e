namespace MailCluster.Mime;

/// <summary>What one entry of an address list is.</summary>
public enum AddressKind : byte
{
    Mailbox = 0,

    /// <summary><c>name:</c></summary>
    GroupStart = 1,

    /// <summary><c>;</c>, or the end of the list where it is missing.</summary>
    GroupEnd = 2,
}
