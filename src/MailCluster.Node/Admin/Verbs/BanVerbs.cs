using MailCluster.Auth.Abuse;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Admin.Verbs;

/// <summary><c>ban list</c>: who is not let in, oldest ban first.</summary>
internal sealed class BanListVerb(BanList bans) : AdminVerb<BanListRequest>("ban/list", AdminJson.Default.BanListRequest)
{
    protected override async Task RunAsync(BanListRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        foreach (var ban in await bans.ListAsync(cancellationToken))
        {
            var until = ban.Until is { } end ? AdminTime.Show(end) : "";
            await rows.WriteAsync(
                new BanRow(ban.Network.ToString(), AdminTime.Show(ban.Since), until, ban.Reason), AdminJson.Default.BanRow, cancellationToken);
        }
    }
}

/// <summary><c>ban add</c>. A second ban of a network takes the place of the first.</summary>
internal sealed class BanAddVerb(BanList bans, TimeProvider time, ILogger<BanAddVerb> log)
    : AdminVerb<BanAddRequest>("ban/add", AdminJson.Default.BanAddRequest)
{
    /// <summary>A longer time is no time: such a ban is meant to stay.</summary>
    private static readonly TimeSpan TimeMax = TimeSpan.FromDays(36_500);

    protected override async Task RunAsync(BanAddRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        var network = BanWords.Network(request.Network);
        if (request.Seconds is { } seconds && (seconds < 1 || seconds > TimeMax.TotalSeconds))
            throw new AdminException(AdminExit.Usage, "a ban lasts at least a second; leave the time out for one that stays until it is lifted");
        var now = time.GetUtcNow();
        var reason = Ban.Tidy(request.Reason ?? "by an administrator");
        DateTimeOffset? until = request.Seconds is { } length ? now + TimeSpan.FromSeconds(length) : null;
        await bans.AddAsync(new Ban(network, now, until, reason), cancellationToken);
        AdminLog.Banned(log, network.ToString(), reason);
        await rows.WriteAsync(new BanChangeRow(network.ToString(), "banned"), AdminJson.Default.BanChangeRow, cancellationToken);
    }
}

/// <summary><c>ban remove</c>.</summary>
internal sealed class BanRemoveVerb(BanList bans, ILogger<BanRemoveVerb> log)
    : AdminVerb<BanRemoveRequest>("ban/remove", AdminJson.Default.BanRemoveRequest)
{
    protected override async Task RunAsync(BanRemoveRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        var network = BanWords.Network(request.Network);
        if (!await bans.RemoveAsync(network, cancellationToken))
            throw new AdminException(AdminExit.NotFound, $"there is no ban of {network}; mailctl ban list shows them");
        AdminLog.Unbanned(log, network.ToString());
        await rows.WriteAsync(new BanChangeRow(network.ToString(), "not banned any more"), AdminJson.Default.BanChangeRow, cancellationToken);
    }
}

/// <summary>What the verbs about bans share.</summary>
internal static class BanWords
{
    public static ClientNetwork Network(string text) =>
        ClientNetwork.Parse(text) ?? throw new AdminException(AdminExit.Usage, $"{text} is not an IP address or network");
}
