namespace MailCluster.Mailboxes;

/// <summary>What one account may keep of annotations, which are in memory with it, and what the server says of itself to every account.</summary>
public sealed record AnnotationOptions
{
    /// <summary>The largest value, in bytes. 1024 and up (RFC 5464 §4.1).</summary>
    public int ValueSizeMax { get; init; } = 32 * 1024;

    /// <summary>Annotations that one folder may have, and the account's server as a whole. 10 and up (RFC 5464 §4.1).</summary>
    public int EntriesMax { get; init; } = 100;

    /// <summary>Names and values of all annotations of one account together, in bytes.</summary>
    public long BytesMax { get; init; } = 1024 * 1024;

    /// <summary>The server's <c>/shared/admin</c>, a URI; empty: there is none. Never set by clients.</summary>
    public string ServerAdmin { get; init; } = "";

    /// <summary>The server's <c>/shared/comment</c>; empty: each account has its own. Otherwise never set by clients.</summary>
    public string ServerComment { get; init; } = "";
}
