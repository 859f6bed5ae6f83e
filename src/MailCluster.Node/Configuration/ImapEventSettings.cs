using MailCluster.Mailboxes;

namespace MailCluster.Node.Configuration;

/// <summary>Scripts that run on what IMAP does (RFC 6785).</summary>
internal sealed record ImapEventSettings
{
    /// <summary>The ManageSieve server that clients are told of; null: users name no scripts for events.</summary>
    public required string? Url { get; init; }

    public required IReadOnlyList<ScriptEventRule> Rules { get; init; }

    public required bool ExpungesDiscarded { get; init; }

    public required int Accounts { get; init; }

    public required int Queue { get; init; }

    public required TimeSpan GiveUp { get; init; }

    /// <summary>Whether there is anything that a script may run on.</summary>
    public bool IsEnabled => Url is not null || Rules.Count > 0;
}
