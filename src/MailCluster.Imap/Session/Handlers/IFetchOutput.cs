using System.IO.Pipelines;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>What FETCH needs of the session it answers.</summary>
internal interface IFetchOutput
{
    /// <summary>Where responses go.</summary>
    PipeWriter Writer { get; }

    /// <summary>The client has enabled IMAP4rev2.</summary>
    bool Utf8 { get; }

    /// <summary>Stops reading from the store: the client is gone.</summary>
    CancellationToken Closed { get; }

    /// <summary>Whether the message is \Recent to the session.</summary>
    bool IsRecent(uint uid);

    /// <summary>
    /// A line is begun that goes on over awaits: an exception before <see cref="EndLine"/> leaves half of it, and the connection must be
    /// closed.
    /// </summary>
    void BeginLine();

    void EndLine();

    /// <summary>Waits until the client has taken enough of what was written.</summary>
    ValueTask FlushIfLargeAsync();
}
