using System.Diagnostics.Metrics;
using System.Net.Security;
using MailCluster.Auth;
using MailCluster.Auth.Sasl;
using MailCluster.Edge;
using MailCluster.Imap;
using MailCluster.Node.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Node.Hosting.Rehearsals;

// The problem: a fresh process finds most of its code only when it first needs it. Types are loaded, and the framework's generic types over our structs, which cannot be
// compiled ahead, are compiled. The first SELECT of a process took 80 ms for that, and the first of a big account 80 more, while all clients of a node that was
// restarted come back within seconds.
//
// So while the storage is opened, which leaves processors idle, the commonest commands are run on an account in memory: by real sessions over pipes, with the node's own
// mailboxes, which are ended and found again by the account's events, and once more by its snapshot. Nothing of it reaches the disk, the log or the metrics.

/// <summary>Runs the commonest commands once before the first client comes.</summary>
internal static class Rehearsal
{
    private const string Account = "rehearsal@localhost";

    /// <summary>Doublings of the folder: as many messages as it takes for its snapshot to be of several parts.</summary>
    private const int Doublings = 12;

    /// <summary>The start waits no longer, whatever is the matter.</summary>
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(5);

    private const string Message =
        "From: Ann <ann@example.com>\r\nTo: Bob <bob@example.com>\r\nSubject: =?utf-8?q?R=C3=A9p=C3=A9tition?=\r\nDate: Thu, 1 Jan 2026 12:00:00 +0100\r\n"
        + "Message-ID: <1@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n"
        + "Content-Transfer-Encoding: quoted-printable\r\n\r\nWords =C3=A9\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Words</p>\r\n--b--\r\n";

    /// <summary>Never throws: a rehearsal that fails costs the first clients some time.</summary>
    public static async Task RunAsync(NodeOptions options, TimeProvider time, ILogger log)
    {
        var begun = time.GetTimestamp();
        try
        {
            // Not on the thread that opens the storage.
            var refused = await Task.Run(() => PlayAsync(options, time)).WaitAsync(PatienceMax, time);
            NodeLog.Rehearsed(log, refused, (long)time.GetElapsedTime(begun).TotalMilliseconds);
        }
        catch (Exception error)
        {
            NodeLog.RehearsalFailed(log, error);
        }
    }

    /// <summary>Returns how many commands were refused.</summary>
    internal static async Task<int> PlayAsync(NodeOptions options, TimeProvider time)
    {
        await using var storage = new MemoryStorage();
        return await WithSessionAsync(options, storage, time, isSaved: false, FillAsync)
            + await WithSessionAsync(options, storage, time, isSaved: true, ReadAsync)
            + await WithSessionAsync(options, storage, time, isSaved: false, ReadAsync);
    }

    private static async Task FillAsync(RehearsedSession session)
    {
        await session.RunAsync("CREATE Rehearsal");
        await session.RunAsync("SUBSCRIBE Rehearsal");
        for (var i = 0; i < 2; i++)
            await session.RunAsync($"APPEND Rehearsal (\\Seen) {{{Message.Length}+}}\r\n{Message}");
        await session.RunAsync("SELECT Rehearsal");
        for (var i = 1; i < Doublings; i++)
            await session.RunAsync("COPY 1:* Rehearsal");
        await session.RunAsync("STORE 1:3 +FLAGS (\\Flagged)");
        await session.RunAsync("STORE 4:6 +FLAGS.SILENT (\\Deleted $Label)");
        await session.RunAsync("EXPUNGE");
        await session.RunAsync("MOVE 7 INBOX");
    }

    private static async Task ReadAsync(RehearsedSession session)
    {
        await session.RunAsync("LIST \"\" * RETURN (SUBSCRIBED SPECIAL-USE)");
        await session.RunAsync("STATUS INBOX (MESSAGES UNSEEN UIDNEXT UIDVALIDITY)");
        await session.RunAsync("SELECT Rehearsal");
        await session.RunAsync("UID FETCH 1:* (FLAGS)");
        await session.RunAsync("FETCH 1:20 (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)");
        await session.RunAsync("FETCH 1:20 (BODY.PEEK[HEADER.FIELDS (FROM TO SUBJECT DATE MESSAGE-ID)])");
        await session.RunAsync("FETCH 1:3 (BODY[])");
        await session.RunAsync("UID SEARCH UNSEEN");
        await session.RunAsync("SEARCH OR SUBJECT words BODY words");
        await session.RunAsync("STORE 1 -FLAGS (\\Flagged)");
        await session.RunAsync("NOOP");
    }

    /// <param name="options">The node's.</param>
    /// <param name="storage">What is left of the sessions before.</param>
    /// <param name="time">The node's clock.</param>
    /// <param name="isSaved">The account is saved in the end, as when a node stops. Otherwise all that is left are its events.</param>
    /// <param name="play">The commands.</param>
    private static async Task<int> WithSessionAsync(
        NodeOptions options, MemoryStorage storage, TimeProvider time, bool isSaved, Func<RehearsedSession, Task> play)
    {
        var loggers = NullLoggerFactory.Instance;
        await using var mailboxes = await NodeMailboxes.StartAsync(options, storage, loggers, time, static _ => { }, CancellationToken.None);
        using var meters = new UnheardMeters();
        using var edgeMetrics = new EdgeMetrics(meters);
        using var metrics = new ImapMetrics(meters);
        using var heartbeat = new ConnectionHeartbeat(time);
        var edgeOptions = new EdgeOptions();
        var edge = new EdgeServices(edgeOptions, time, heartbeat, new EdgeConnections(edgeOptions, heartbeat), new NoCertificate(), edgeMetrics, loggers);
        var login = new LoginService(new Doorman(), SaslMechanismSet.Default(allowPlaintext: true), edge);
        var services = new ImapServices(options.ToImap(), edge, login, mailboxes.Client, storage.Bodies, options.Mime, metrics, loggers);
        int refused;
        await using (var session = new RehearsedSession(new ImapConnectionHandler(services, edge, new EdgeListener("imap", TlsMode.Off))))
        {
            await session.RunAsync($"LOGIN {Account} secret");
            await play(session);
            await session.RunAsync("LOGOUT");
            refused = session.Refused;
        }

        if (isSaved)
            await mailboxes.StopAsync(TimeSpan.FromSeconds(1), time);
        return refused;
    }

    private sealed class Doorman : IAuthenticator
    {
        public ValueTask<AuthResult> AuthenticateAsync(AuthRequest request, CancellationToken cancellationToken) =>
            new(new AuthResult { Outcome = AuthOutcome.Success, Account = Account });
    }

    private sealed class NoCertificate : ITlsCertificateSource
    {
        public SslStreamCertificateContext? Find(string? serverName) => null;
    }

    /// <summary>Meters under a name that nobody listens to.</summary>
    private sealed class UnheardMeters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new("Rehearsal");

        public void Dispose()
        {
            // A meter's user disposes of it.
        }
    }
}
