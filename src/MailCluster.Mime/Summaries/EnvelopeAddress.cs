namespace MailCluster.Mime;

/// <summary>One entry of an address list in an envelope.</summary>
public readonly ref struct EnvelopeAddress
{
    internal EnvelopeAddress(scoped ref SummaryCursor cursor)
    {
        Kind = (AddressKind)cursor.ReadByte();
        switch (Kind)
        {
            case AddressKind.Mailbox:
                Name = cursor.ReadOptional();
                Route = cursor.ReadOptional();
                Mailbox = new NString(cursor.ReadString());
                Host = new NString(cursor.ReadString());
                break;
            case AddressKind.GroupStart:
                Mailbox = new NString(cursor.ReadString());
                break;
            case AddressKind.GroupEnd:
                break;
            default:
                SummaryCursor.Throw();
                break;
        }
    }

    public AddressKind Kind { get; }

    /// <summary>The display name; encoded-words not decoded.</summary>
    public NString Name { get; }

    /// <summary>The source route (<c>@a,@b</c>).</summary>
    public NString Route { get; }

    /// <summary>The local part without quotes; the group's name for a group start; NIL for a group end.</summary>
    public NString Mailbox { get; }

    /// <summary>The domain; empty where the address has none; NIL for group markers.</summary>
    public NString Host { get; }
}
