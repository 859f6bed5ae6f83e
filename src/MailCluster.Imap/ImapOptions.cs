namespace MailCluster.Imap;

/// <summary>What configuration says about IMAP. Immutable.</summary>
public sealed record ImapOptions
{
    /// <summary>The largest message APPEND takes, in bytes (APPENDLIMIT, RFC 7889). 50 MiB is what large providers accept by mail; 1 to 2,147,000,000.</summary>
    public long MessageSizeMax { get; init; } = 50 * 1024 * 1024;

    /// <summary>Messages one APPEND may bring (RFC 3502); their references are kept until the last one came. 1 and up.</summary>
    public int AppendMessagesMax { get; init; } = 10_000;

    /// <summary>Commands answered BAD one after the other before the connection is closed: such a client is broken or guesses. 1 and up.</summary>
    public int BadCommandsMax { get; init; } = 20;

    /// <summary>
    /// How often an idling client to which nothing else was sent is told that the server is still there: keeps address translators from
    /// forgetting the connection, and finds out that the client has gone. Infinite: never.
    /// </summary>
    public TimeSpan IdleNotifyInterval { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Whether clients may read and set annotations (METADATA, RFC 5464).</summary>
    public bool Metadata { get; init; } = true;

    /// <summary>The largest annotation that an account takes, in bytes: what METADATA MAXSIZE tells. As <see cref="Mailboxes.AnnotationOptions.ValueSizeMax"/>.</summary>
    public int AnnotationSizeMax { get; init; } = new Mailboxes.AnnotationOptions().ValueSizeMax;

    /// <summary>Where users keep the scripts that run on what they do (RFC 6785 §2.1), a <c>sieve://</c> URL; null: no such scripts.</summary>
    public string? SieveUrl { get; init; }

    /// <summary>What ID tells of the server besides its name (RFC 2971); empty to keep the version to itself.</summary>
    public string Version { get; init; } = "";
}
