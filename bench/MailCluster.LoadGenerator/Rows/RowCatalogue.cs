namespace MailCluster.LoadGenerator.Rows;

/// <summary>All rows, in the order of the table. A row's place decides which accounts are its own: new ones go to the end of their group.</summary>
internal static class RowCatalogue
{
    private const string Envelope = "FETCH 1:* (ENVELOPE BODYSTRUCTURE)";
    private const string Headers = "FETCH 1:* (BODY.PEEK[HEADER.FIELDS (FROM TO SUBJECT DATE MESSAGE-ID)])";
    private const string Bodies = "FETCH 1:* (BODY.PEEK[])";

    public static IReadOnlyList<Row> All { get; } =
    [
        new LmtpRow("lmtp-4k-1", 1.5, 4_096, 1),
        new LmtpRow("lmtp-4k-10", 5, 4_096, 10),
        new LmtpRow("lmtp-4k-50", 8, 4_096, 50),
        new LmtpRow("lmtp-4k-10-one", 8, 4_096, 10, oneRecipient: true),
        new LmtpRow("lmtp-100k-1", 1.5, 102_400, 1),
        new LmtpRow("lmtp-100k-10", 5, 102_400, 10),
        new LmtpRow("lmtp-100k-50", 8, 102_400, 50),
        new AppendRow("append-sync", 1.5, AppendForm.Synchronising),
        new AppendRow("append-literalplus", 1.5, AppendForm.NonSynchronising),
        new AppendRow("append-pipelined", 8, AppendForm.Pipelined),
        new AppendRow("append-multi", 3, AppendForm.Multi),
        new AppendRow("append-10", 5, AppendForm.NonSynchronising, clients: 10),
        new AppendRow("append-10-one", 10, AppendForm.NonSynchronising, clients: 10, oneAccount: true),
        new LoginRow("login-1", 5, 1, tls: false),
        new LoginRow("login-10", 5, 10, tls: false),
        new LoginRow("login-50", 5, 50, tls: false),
        new LoginRow("login-tls-1", 3, 1, tls: true),
        new LoginRow("login-tls-10", 3, 10, tls: true),
        new LoginRow("login-tls-50", 3, 50, tls: true),
        new LoginRow("login-resumed-10", 3, 10, tls: true, resumes: true),
        new ScramLoginRow("login-scram-10", 1.5, 10),
        new HashedLoginRow("login-hash-hit-10", 1.5, 10, isKnown: true),
        new HashedLoginRow("login-hash-miss-10", 1.5, 10, isKnown: false),
        new AttackRow("login-attack-4", 1.5, 4, guesses: 100),
        new StoreRow("store-one", 1, StoreForm.OneByOne),
        new StoreRow("store-pipelined", 3, StoreForm.Pipelined),
        new StoreRow("store-all", 2, StoreForm.All),
        new StoreRow("store-10", 2, StoreForm.OneByOne, clients: 10),
        new StoreRow("store-10-one", 3, StoreForm.OneByOne, clients: 10, oneAccount: true),
        new TransferRow("copy", 5, TransferForm.Copy),
        new TransferRow("move", 5, TransferForm.Move),
        new TransferRow("expunge", 5, TransferForm.Expunge),
        new OpenRow("select", 2, OpenForm.Select),
        new OpenRow("status", 2, OpenForm.Status),
        new OpenRow("list-5000", 2, OpenForm.List),
        new ReadRow("fetch-flags-10k", 2, Folders.Ten, "FETCH 1:* (UID FLAGS)", whole: true),
        new ReadRow("fetch-flags-100k", 2, Folders.Hundred, "FETCH 1:* (UID FLAGS)", whole: true),
        new ReadRow("fetch-envelope-cold", 5, Folders.Ten, Envelope, whole: true) { Restart = Restart.Cold },
        new ReadRow("fetch-headers-cold", 5, Folders.Ten, Headers, whole: true) { Restart = Restart.Cold },
        new ReadRow("fetch-envelope-warm", 1.5, Folders.Ten, Envelope, whole: true),
        new ReadRow("fetch-headers-warm", 1.5, Folders.Ten, Headers, whole: true),
        new ReadRow("fetch-body-10k", 1.5, Folders.Ten, Bodies, whole: true),
        new ReadRow("fetch-body-10k-tls", 1.5, Folders.Ten, Bodies, whole: true, tls: true),
        new ReadRow("fetch-body-random", 1.5, Folders.Ten, "FETCH {n} (BODY.PEEK[])", whole: false),
        new ReadRow("fetch-body-random-tls", 1.5, Folders.Ten, "FETCH {n} (BODY.PEEK[])", whole: false, tls: true),
        new ReadRow("fetch-part", 1.5, Folders.Ten, "FETCH {n} (BODY.PEEK[1])", whole: false),
        new ReadRow("fetch-partial", 1.5, Folders.Ten, "FETCH {n} (BODY.PEEK[]<1000.1000>)", whole: false),
        new ReadRow("search-flags-10k", 2, Folders.Ten, "SEARCH UNSEEN", whole: true),
        new ReadRow("search-flags-100k", 2, Folders.Hundred, "SEARCH UNSEEN", whole: true),
        new ReadRow("search-header-10k", 3, Folders.Ten, $"SEARCH SUBJECT {Messages.MessageMill.RareSubject}", whole: true),
        new ReadRow("search-header-100k", 3, Folders.Hundred, $"SEARCH SUBJECT {Messages.MessageMill.RareSubject}", whole: true),
        new ReadRow("search-body-10k", 20, Folders.Ten, $"SEARCH BODY {Messages.MessageMill.RareWord}", whole: true),
        new ReadRow("search-body-100k", 20, Folders.Hundred, $"SEARCH BODY {Messages.MessageMill.RareWord}", whole: true) { IsLong = true },
        new ReadRow("search-text-10k", 20, Folders.Ten, $"SEARCH TEXT {Messages.MessageMill.RareWord}", whole: true),
        new ReadRow("search-text-100k", 20, Folders.Hundred, $"SEARCH TEXT {Messages.MessageMill.RareWord}", whole: true) { IsLong = true },
        new ChangesRow("changedsince", 3, qresync: false),
        new ChangesRow("qresync", 3, qresync: true),
        new MixedRow("mixed-20", 4, 20),
        new MixedRow("mixed-200", 4, 200),
        new PushRow("push-1", 20, 1),
        new PushRow("push-1000", 20, 1_000),
        new Pop3Row("pop3-poll-1", 1.5, Pop3Form.Poll),
        new Pop3Row("pop3-poll-10", 1.5, Pop3Form.Poll, clients: 10),
        new Pop3Row("pop3-uidl-10k", 1.5, Pop3Form.Uidl),
        new Pop3Row("pop3-download-10k", 1.5, Pop3Form.Download),
        new Pop3Row("pop3-download-10k-tls", 1.5, Pop3Form.Download, tls: true),
        // With a script: both servers are started again with it.
        new LmtpRow("lmtp-sieve-1", 3, 4_096, 1) { Sieve = true },
        new LmtpRow("lmtp-sieve-10", 3, 4_096, 10) { Sieve = true },
        new LmtpRow("lmtp-sieve-50", 3, 4_096, 50) { Sieve = true },
        new IdleRow("idle-1000", 1_000, tls: false) { Restart = Restart.Fresh, FullOnly = true, Alone = true, Limit = 12 },
        new IdleRow("idle-tls-1000", 1_000, tls: true) { Restart = Restart.Fresh, FullOnly = true, Alone = true, Limit = 48 },
        // Ten thousand processes of the other server would take 5 GiB without TLS and 18 GiB with it.
        new IdleRow("idle-10000", 10_000, tls: false) { Restart = Restart.Fresh, FullOnly = true, Alone = true, OursOnly = true, Limit = 12 },
        new IdleRow("idle-tls-10000", 10_000, tls: true) { Restart = Restart.Fresh, FullOnly = true, Alone = true, OursOnly = true, Limit = 48 },
        // A file for each of a million messages would have to be made first.
        new ScaleRow("million-select", ScaleForm.Select) { OursOnly = true, Limit = 2 },
        new ScaleRow("million-flags", ScaleForm.LastFlags) { OursOnly = true, Limit = 2 },
        new ScaleRow("million-store", ScaleForm.Store) { OursOnly = true, Limit = 2 },
        new ScaleRow("million-append", ScaleForm.Append) { OursOnly = true, Limit = 2 },
        new StartRow("start-million", select: false) { OursOnly = true, Limit = 1_500, Store = StartRow.Many, Restart = Restart.Fresh },
        new StartRow("start-select-100k", select: true) { OursOnly = true, Limit = 100, Store = StartRow.Many, Restart = Restart.Fresh },
        new SpreadRow("spread-100k") { OursOnly = true, Limit = 1_024, Store = SpreadRow.Spread },
    ];

    public static int IndexOf(Row row)
    {
        for (var i = 0; i < All.Count; i++)
        {
            if (ReferenceEquals(All[i], row))
            {
                return i;
            }
        }
        throw new ArgumentException($"{row.Name} is not in the catalogue.");
    }

    /// <summary>Rows by name, or by the beginning of names; none given: the default set.</summary>
    /// <exception cref="ArgumentException">A name that fits nothing.</exception>
    public static IReadOnlyList<Row> Choose(IReadOnlyList<string> names, bool quick)
    {
        if (names.Count == 0)
        {
            return [.. All.Where(row => !row.OnRequest && !(quick && row.FullOnly))];
        }
        var chosen = new List<Row>();
        foreach (var name in names)
        {
            var exact = All.Where(row => row.Name == name).ToArray();
            var found = exact.Length > 0 ? exact : [.. All.Where(row => !row.OnRequest && row.Name.StartsWith(name + "-", StringComparison.Ordinal))];
            if (found.Length == 0)
            {
                throw new ArgumentException($"There is no row {name}; `loadgen rows` lists them.");
            }
            chosen.AddRange(found);
        }
        return [.. chosen.Distinct()];
    }
}
