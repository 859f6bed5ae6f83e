using System.Net;
using MailCluster.Auth.Abuse;
using MailCluster.Auth.Users;
using MailCluster.Edge;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Admin.Verbs;

/// <summary><c>who</c>.</summary>
internal sealed class WhoVerb(ISessionRegistry registry) : AdminVerb<WhoRequest>("who", AdminJson.Default.WhoRequest)
{
    protected override async Task RunAsync(WhoRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        var sessions = registry.List().Where(s => SessionWords.Matches(s, request.Pattern));
        if (request.Sessions)
        {
            foreach (var session in sessions) await rows.WriteAsync(ToRow(session), AdminJson.Default.SessionRow, cancellationToken);
            return;
        }
        var groups = sessions
            .GroupBy(s => (User: s.Account?.Value ?? "", s.Protocol))
            .OrderBy(g => g.Key.User, StringComparer.Ordinal)
            .ThenBy(g => g.Key.Protocol, StringComparer.Ordinal);
        foreach (var group in groups)
        {
            string[] addresses = [.. group.Select(s => s.RemoteAddress.ToString()).Distinct().Order(StringComparer.Ordinal)];
            await rows.WriteAsync(
                new WhoRow(group.Key.User, group.Count(), group.Key.Protocol, addresses), AdminJson.Default.WhoRow, cancellationToken);
        }
    }

    private static SessionRow ToRow(SessionInfo session) => new(
        session.Account?.Value ?? "",
        session.Id.ToString(),
        session.Protocol,
        new IPEndPoint(session.RemoteAddress, session.RemotePort).ToString(),
        session.Tls ?? "",
        AdminTime.Show(session.Since),
        session.State,
        session.Folder ?? "",
        session.BytesIn,
        session.BytesOut);
}

/// <summary>
/// <c>kick</c>: by account pattern, by session or by address. A session finishes the command in flight and is told goodbye.
/// </summary>
internal sealed class KickVerb(ISessionRegistry registry, ILogger<KickVerb> log)
    : AdminVerb<KickRequest>("kick", AdminJson.Default.KickRequest)
{
    protected override async Task RunAsync(KickRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        if (new[] { request.Pattern, request.Session, request.Address }.Count(part => part is not null) != 1)
            throw new AdminException(AdminExit.Usage, "kick needs one of a user, a session and an address");
        var (whom, match) = Choose(request);
        var kicked = registry.List().Count(session => match(session) && registry.Kick(session.Id));
        if (kicked == 0) throw new AdminException(AdminExit.NotFound, $"there is no session of {whom}");
        AdminLog.Kicked(log, whom, kicked);
        await rows.WriteAsync(new KickRow(kicked), AdminJson.Default.KickRow, cancellationToken);
    }

    private static (string Whom, Func<SessionInfo, bool> Match) Choose(KickRequest request)
    {
        if (request.Session is { } text)
        {
            return SessionId.TryParse(text, out var id)
                ? (text, session => session.Id == id)
                : throw new AdminException(AdminExit.Usage, $"{text} is not a session id; mailctl who --sessions shows them");
        }
        if (request.Address is { } address)
        {
            return ClientNetwork.Parse(address) is { } network
                ? (address, session => network.Contains(ClientNetwork.Of(session.RemoteAddress, 128)))
                : throw new AdminException(AdminExit.Usage, $"{address} is not an IP address or network");
        }
        return (request.Pattern!, session => session.Account is not null && SessionWords.Matches(session, request.Pattern));
    }
}

/// <summary>Choosing sessions.</summary>
internal static class SessionWords
{
    /// <summary>Null matches all, those before login too.</summary>
    public static bool Matches(SessionInfo session, string? pattern) =>
        pattern is null || (session.Account is { } account && UserPattern.Matches(pattern, account.Value));
}
