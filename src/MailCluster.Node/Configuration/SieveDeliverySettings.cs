using MailCluster.Delivery.Filters;
using MailCluster.Delivery.Lists;
using MailCluster.Delivery.Programs;

namespace MailCluster.Node.Configuration;

/// <summary>How Sieve scripts are run at delivery. Paths are full.</summary>
internal sealed record SieveDeliverySettings
{
    public required bool IsEnabled { get; init; }

    public required IReadOnlyList<string> Before { get; init; }

    public required string? Default { get; init; }

    public required IReadOnlyList<string> After { get; init; }

    public required string? GlobalDirectory { get; init; }

    public required bool CreateFolders { get; init; }

    public required bool SubscribeFolders { get; init; }

    public required RedirectSender RedirectFrom { get; init; }

    public required TimeSpan RedirectMemory { get; init; }

    /// <summary>The From field of reports; null: postmaster at the recipient's domain.</summary>
    public required string? ReportFrom { get; init; }

    public required ProgramOptions Programs { get; init; }

    public required ListOptions Lists { get; init; }

    public required ImapEventSettings ImapEvents { get; init; }

    public required bool TellOwner { get; init; }
}
