using MailCluster.Mailboxes;
using MailCluster.Pop3.Uidl;

namespace MailCluster.Pop3;

/// <summary>What configuration says about POP3. Immutable.</summary>
public sealed record Pop3Options
{
    /// <summary>The folder that is the maildrop.</summary>
    public FolderName Folder { get; init; } = FolderName.Inbox;

    /// <summary>What UIDL tells.</summary>
    public UidlTemplate UidlFormat { get; init; } = UidlTemplate.Default;

    /// <summary>Whether a session has the maildrop alone, as RFC 1939 §3 has it. Off, as in Dovecot: a phone that is left behind locks nobody out.</summary>
    public bool IsExclusive { get; init; }

    /// <summary>How long the lock of a session stays whose node has died. 5 seconds and more; it is renewed three times in it.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The least time between two sessions of an account (RFC 2449 §6.5); zero: none.</summary>
    public TimeSpan LoginDelay { get; init; } = TimeSpan.Zero;

    /// <summary>Whether QUIT makes messages \Seen that were retrieved.</summary>
    public bool MarksSeen { get; init; } = true;

    /// <summary>The keyword that deleted messages get in the place of being removed; such messages are not shown again. Null: they are removed.</summary>
    public string? DeletedKeyword { get; init; }

    /// <summary>Whether sizes are those the messages are stored with, bare LF and all, which costs nothing to know but may differ from what is sent.</summary>
    public bool TellsStoredSizes { get; init; }

    /// <summary>Whether there is LAST (RFC 1460), which RFC 1939 took away.</summary>
    public bool HasLast { get; init; }

    /// <summary>Whether the greeting offers APOP. It needs passwords that are stored readable.</summary>
    public bool OffersApop { get; init; }

    /// <summary>Whether a message with unencoded text in its header is refused to a client that did not say UTF8 (RFC 6856 §2.1), or sent as it is.</summary>
    public bool RefusesUtf8 { get; init; }

    /// <summary>What CAPA tells of EXPIRE (RFC 2449 §6.7): days, -1 for NEVER, null for nothing.</summary>
    public int? ExpireDays { get; init; }

    /// <summary>What CAPA tells of IMPLEMENTATION (RFC 2449 §6.9); empty for nothing.</summary>
    public string Implementation { get; init; } = "";

    /// <summary>The time between two commands. RFC 1939 §3: at least ten minutes.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Wrong commands in a row before the connection is closed: such a client is broken or guesses. 1 and up.</summary>
    public int BadCommandsMax { get; init; } = 20;

    /// <summary>Bytes of a command line with its end. RFC 2449 §4 has 255; the names and passwords of some are longer.</summary>
    public int LineBytesMax { get; init; } = 1024;

    /// <summary>The same for AUTH, whose initial response may be a token (RFC 5034 §4).</summary>
    public int AuthLineBytesMax { get; init; } = 16 * 1024;
}
