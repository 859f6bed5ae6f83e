using System.Globalization;
using MailCluster.LoadGenerator.Measuring;
using MailCluster.LoadGenerator.Wire;

namespace MailCluster.LoadGenerator.Rows;

/// <summary>The server that is loaded, and how hard.</summary>
internal sealed class Setup
{
    /// <summary>Accounts that exist on both servers: b0@bench.test … The last ones are never reached.</summary>
    public const int Accounts = 40_000;

    /// <summary>Accounts of the rows that leave something behind begin here; those before are shared.</summary>
    private const int FreshBegin = 3_000;

    /// <summary>One run of a row uses so many of its own at most.</summary>
    private const int FreshCount = 50;

    private const int RoundsMax = 8;

    /// <summary>Of one server, or of several nodes of one, over which the clients are spread.</summary>
    public required Endpoints Imap { get; init; }

    public required Endpoints Imaps { get; init; }

    /// <exception cref="ArgumentException">The command line has no <c>--pop3</c>.</exception>
    [System.Diagnostics.CodeAnalysis.AllowNull]
    public Endpoints Pop3
    {
        get => field ?? throw new ArgumentException("--pop3 is missing.");
        init;
    }

    public required Endpoints Lmtp { get; init; }

    public required string Password { get; init; }

    public required ProcessTree Server { get; init; }

    /// <summary>From 0. Each round of a row has accounts of its own, so that all begin with the same, empty, store.</summary>
    public required int Round { get; init; }

    public required bool Quick { get; init; }

    /// <summary>What the server needs to come to rest: one that hibernates to put its sessions to sleep, one that collects to see that it is quiet and give back what logging in took.</summary>
    public required TimeSpan Rest { get; init; }

    /// <summary>Milliseconds from the start of the server's process to its first greeting, where the row restarts it.</summary>
    public double? StartedIn { get; init; }

    /// <summary>Instead of the usual time of a run, for profiles.</summary>
    public int? Seconds { get; init; }

    /// <summary>Of one measured run.</summary>
    public TimeSpan Time => TimeSpan.FromSeconds(Seconds ?? (Quick ? 0.3 : 0.7));

    /// <summary>Messages of the large and of the very large folder.</summary>
    public int Ten => Quick ? 2_000 : 10_000;

    public int Hundred => Quick ? 10_000 : 100_000;

    /// <summary>The first of those with hashed passwords: they log in again and again. The others are for rows where each logs in once.</summary>
    public const int HashedKnown = 20;

    /// <summary>An account whose password is stored as a slow hash.</summary>
    public static string Hashed(int number) => string.Create(CultureInfo.InvariantCulture, $"h{number}@bench.test");

    public static string Account(int number) => string.Create(CultureInfo.InvariantCulture, $"b{number}@bench.test");

    /// <summary>An account that only this round of this row uses.</summary>
    public string Fresh(Row row, int index) => AccountOf(row, Round, index);

    /// <summary>An account that only this row uses, in each of its rounds: for what takes long to put in place and does not change the row when it grows.</summary>
    public static string Kept(Row row, int index) => AccountOf(row, 0, index);

    private static string AccountOf(Row row, int round, int index) =>
        Account(FreshBegin + (((RowCatalogue.IndexOf(row) * RoundsMax) + round % RoundsMax) * FreshCount) + index % FreshCount);

    public Drive Drive(Row row, int stepsMax = 1_000_000) => new(row.Name, Server) { Time = Time, StepsMax = stepsMax };

    public ImapClient Connect(string account, bool tls = false, bool resumes = false)
    {
        var client = new ImapClient((tls ? Imaps : Imap).Next(), tls, resumes);
        try
        {
            client.Login(account, Password);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }
}
