using MailCluster.Mailboxes;
using MailCluster.Pop3.Uidl;

namespace MailCluster.Node.Configuration;

/// <summary>What POP3 sessions see and may do.</summary>
internal sealed record Pop3ServiceOptions
{
    public required FolderName Folder { get; init; }

    public required UidlTemplate UidlFormat { get; init; }

    public required bool IsExclusive { get; init; }

    public required TimeSpan Lease { get; init; }

    /// <summary>Zero: none.</summary>
    public required TimeSpan LoginDelay { get; init; }

    public required bool MarksSeen { get; init; }

    /// <summary>Null: deleted messages are removed.</summary>
    public required string? DeletedKeyword { get; init; }

    public required bool TellsStoredSizes { get; init; }

    public required bool HasLast { get; init; }

    public required bool RefusesUtf8 { get; init; }

    /// <summary>-1 for never, null for nothing.</summary>
    public required int? ExpireDays { get; init; }

    public required bool ShowImplementation { get; init; }

    public required int BadCommands { get; init; }
}
