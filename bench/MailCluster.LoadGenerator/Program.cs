using System.Text.Json;
using MailCluster.LoadGenerator;
using MailCluster.LoadGenerator.Cluster;
using MailCluster.LoadGenerator.Measuring;
using MailCluster.LoadGenerator.Reporting;
using MailCluster.LoadGenerator.Rows;

const string Usage = """
    usage: loadgen rows    [--quick] [ROW…]     names of rows, one a line, and what is particular: restart=cold or fresh where the server is
                                             restarted before it, with or without dropping the page cache; sieve=yes where deliveries
                                             run bench/rules.sieve; only=ours; alone=yes where the other server must
                                             not run meanwhile;
                                             store=NAME:ACCOUNTS where it needs a data directory of its own;
                                             folders=ACCOUNT:COUNT where an account has so many;
                                             hashed=N where so many accounts with hashed passwords must exist
           loadgen users   --password WORD [--accounts N]   the passwd-file that the rows need, on standard output
           loadgen prepare ROW… TARGET          put in place what the rows read
           loadgen run     ROW… TARGET          one line of JSON for each row
           loadgen table   FILE [--tuned]       such lines of both servers as a table
           loadgen latency  --imap PORT --account NAME --password WORD --seconds N     p50 and p99 of single commands, in ms
           loadgen takeover --imap PORT --account NAME --password WORD --kill PID      ms from kill -9 of that process to the next answered STORE
           loadgen pause    --imap PORT --account NAME --password WORD --seconds N     the longest STORE while the caller has the account move, in ms
    TARGET: --server NAME --imap PORT,… --imaps PORT,… [--pop3 PORT,…] --lmtp PORT,… --password WORD --pid N [--round N] [--seconds N] [--rest SECONDS] [--started-in MS] [--quick]
    A ROW is a name or the beginning of several (lmtp, fetch-body). Only servers on this machine are loaded.
    """;

try
{
    if (args.Length == 0)
    {
        Console.Error.WriteLine(Usage);
        return 2;
    }
    var arguments = new Arguments(args.AsSpan(1));
    switch (args[0])
    {
        case "rows":
            foreach (var row in RowCatalogue.Choose(arguments.Rest, arguments.Has("--quick")))
            {
                Console.WriteLine(Describe(row, arguments.Has("--quick")));
            }
            return 0;
        case "users":
            using (var output = new StreamWriter(Console.OpenStandardOutput()))
            {
                for (var i = 0; i < (arguments.Has("--accounts") ? arguments.Number("--accounts") : Setup.Accounts); i++)
                {
                    output.Write($"{Setup.Account(i)}:{arguments.Text("--password")}::::::\n");
                }
            }
            return 0;
        case "table":
            Console.Write(ResultTable.Make(File.ReadLines(arguments.Rest[0]), arguments.Has("--tuned")));
            return 0;
        case "prepare":
        case "run":
            var setup = new Setup
            {
                Imap = arguments.Endpoints("--imap"),
                Imaps = arguments.Endpoints("--imaps"),
                Pop3 = arguments.Has("--pop3") ? arguments.Endpoints("--pop3") : null,
                Lmtp = arguments.Endpoints("--lmtp"),
                Password = arguments.Text("--password"),
                Server = new ProcessTree(arguments.Number("--pid")),
                Round = arguments.Has("--round") ? arguments.Number("--round") : 0,
                Seconds = arguments.Has("--seconds") ? arguments.Number("--seconds") : null,
                Quick = arguments.Has("--quick"),
                Rest = TimeSpan.FromSeconds(arguments.Has("--rest") ? arguments.Number("--rest") : 7),
                StartedIn = arguments.Has("--started-in") ? arguments.Number("--started-in") : null,
            };
            foreach (var row in RowCatalogue.Choose(arguments.Rest, setup.Quick))
            {
                if (args[0] == "prepare")
                {
                    row.Prepare(setup);
                }
                else
                {
                    Console.WriteLine(JsonSerializer.Serialize(row.Run(setup) with { Server = arguments.Text("--server"), Round = setup.Round }));
                }
            }
            return 0;
        case "latency":
        case "takeover":
        case "pause":
            using (var account = new OneAccount(arguments.Endpoints("--imap").Next(), arguments.Text("--account"), arguments.Text("--password")))
            {
                Console.WriteLine(args[0] switch
                {
                    "latency" => account.Latency(TimeSpan.FromSeconds(arguments.Number("--seconds"))),
                    "takeover" => account.TakeOver(arguments.Number("--kill")),
                    _ => account.Pause(TimeSpan.FromSeconds(arguments.Number("--seconds"))),
                });
            }
            return 0;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (Exception error) when (error is ArgumentException or MailCluster.LoadGenerator.Wire.ProtocolException or IOException or System.Net.Sockets.SocketException)
{
    Console.Error.WriteLine($"loadgen: {error.Message}");
    return 1;
}

static string Describe(Row row, bool quick)
{
    var words = new List<string> { row.Name };
    if (row.Restart != Restart.None)
    {
        words.Add($"restart={row.Restart.ToString().ToLowerInvariant()}");
    }
    if (row.Sieve)
    {
        words.Add("sieve=yes");
    }
    if (row.OursOnly)
    {
        words.Add("only=ours");
    }
    if (row.Alone)
    {
        words.Add("alone=yes");
    }
    if (row.Store is { } store)
    {
        words.Add($"store={store.Name}:{store.Count(quick)}");
    }
    if (row.HashedAccounts > 0)
    {
        words.Add($"hashed={row.HashedAccounts}");
    }
    if (row.ManyFolders is { } folders)
    {
        words.Add($"folders={folders.Account}:{(quick ? folders.QuickCount : folders.Count)}");
    }
    return string.Join(' ', words);
}
