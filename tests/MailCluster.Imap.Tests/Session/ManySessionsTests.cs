using MailCluster.Imap.Tests.Scripting;

namespace MailCluster.Imap.Tests.Session;

/// <summary>
/// Several sessions, of different abilities, do random things to one folder. Each client believes only what it is told; in the end, after a NOOP, all must
/// know the same, and it must be what a fresh session finds.
/// </summary>
public sealed class ManySessionsTests
{
    private static readonly string[] Flags = ["\\Seen", "\\Answered", "\\Flagged", "\\Draft", "$Work", "later"];

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Clients_never_see_a_wrong_number(int seed)
    {
        var random = new Random(seed);
        await using var fixture = await ImapFixture.StartAsync();
        var clients = new List<SimulatedClient>();
        for (var i = 0; i < 4; i++)
            clients.Add(await SimulatedClient.OpenAsync(fixture, i switch { 1 => "CONDSTORE", 2 => "QRESYNC", 3 => "IMAP4rev2", _ => "" }));
        for (var step = 0; step < 150; step++)
        {
            var client = clients[random.Next(clients.Count)];
            await ActAsync(client, random, step);
        }

        await AllAgreeAsync(fixture, clients, seed);
    }

    [Theory]
    [InlineData(1001)]
    [InlineData(1002)]
    [InlineData(1003)]
    public async Task Clients_that_all_act_at_once_agree_in_the_end(int seed)
    {
        await using var fixture = await ImapFixture.StartAsync();
        var clients = new List<SimulatedClient>();
        foreach (var ability in new[] { "", "", "CONDSTORE", "QRESYNC", "QRESYNC", "IMAP4rev2" })
            clients.Add(await SimulatedClient.OpenAsync(fixture, ability));
        await Task.WhenAll(clients.Select((client, i) => Task.Run(async () =>
        {
            var random = new Random(seed + i);
            for (var step = 0; step < 80; step++)
                await ActAsync(client, random, step);
        })));
        await AllAgreeAsync(fixture, clients, seed);
    }

    private static async Task AllAgreeAsync(ImapFixture fixture, List<SimulatedClient> clients, int seed)
    {
        foreach (var client in clients)
            await client.RunAsync("NOOP");
        var fresh = await SimulatedClient.OpenAsync(fixture, "CONDSTORE");
        await fresh.RunAsync("UID FETCH 1:* (FLAGS MODSEQ)");
        foreach (var client in clients)
        {
            Assert.Equal(fresh.Model.Uids.Count, client.Model.Uids.Count);
            for (var i = 0; i < fresh.Model.Uids.Count; i++)
            {
                var (expected, known) = (fresh.Model.Uids[i], client.Model.Uids[i]);
                Assert.True(known == 0 || known == expected, $"seed {seed}: message {i + 1} is UID {expected}, the client knows {known}");
                if (client.Model.Flags.TryGetValue(known, out var flags))
                    Assert.True(fresh.Model.Flags[expected] == flags, $"seed {seed}: {client.Ability} UID {known} has {fresh.Model.Flags[expected]}, known as {flags}");
                if (client.Model.ModSeqs.TryGetValue(known, out var modSeq))
                    Assert.Equal(fresh.Model.ModSeqs[expected], modSeq);
            }
        }

        foreach (var client in clients.Append(fresh))
            await client.CloseAsync();
    }

    private static async Task ActAsync(SimulatedClient client, Random random, int step)
    {
        var count = client.Model.Uids.Count;
        var flag = Flags[random.Next(Flags.Length)];
        var sign = random.Next(2) == 0 ? "+" : "-";
        var first = random.Next(1, Math.Max(2, count + 1));
        var set = $"{first}:{Math.Min(count, first + random.Next(4))}";
        switch (random.Next(count == 0 ? 1 : 12))
        {
            case < 3:
                await client.RunAsync("APPEND INBOX " + string.Join(' ', Enumerable.Range(0, random.Next(1, 4)).Select(n => "{8+}\r\nA: 1\r\n\r\n")));
                break;
            case 3:
                await client.RunAsync($"STORE {set} {sign}FLAGS ({flag})", expungesAllowed: false);
                break;
            case 4:
                await client.StoreSilentAsync(set, sign, flag);
                break;
            case 5:
                await client.RunAsync($"UID STORE {random.Next(1, 60)}:{random.Next(1, 60)} {sign}FLAGS ({flag})");
                break;
            case 6:
                await client.RunAsync($"FETCH {set} (UID FLAGS)", expungesAllowed: false);
                break;
            case 7:
                await client.RunAsync($"STORE {first} +FLAGS (\\Deleted)", expungesAllowed: false);
                await client.RunAsync("EXPUNGE");
                break;
            case 8:
                await client.RunAsync($"MOVE {first} INBOX");
                break;
            case 9:
                await client.RunAsync($"COPY {set} INBOX");
                break;
            case 10:
                await client.RunAsync($"FETCH {first} BODY[]", expungesAllowed: false);
                break;
            default:
                await client.RunAsync(step % 3 == 0 ? "SEARCH UNSEEN" : "NOOP", expungesAllowed: step % 3 != 0);
                break;
        }
    }

    private sealed class SimulatedClient
    {
        private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(20);

        private readonly ScriptClient _client;
        private int _tag;

        private SimulatedClient(ScriptClient client, string ability)
        {
            _client = client;
            Ability = ability;
        }

        public string Ability { get; }

        public ClientModel Model { get; } = new();

        public static async Task<SimulatedClient> OpenAsync(ImapFixture fixture, string ability)
        {
            var client = new SimulatedClient(new ScriptClient(fixture.Connect(), byteByByte: false), ability);
            await client._client.ReadResponseAsync();
            await client.RunAsync("LOGIN alice alice");
            if (ability.Length > 0)
                await client.RunAsync("ENABLE " + ability);
            await client.RunAsync("SELECT INBOX");
            return client;
        }

        public async Task RunAsync(string command, bool expungesAllowed = true)
        {
            var tag = "t" + ++_tag;
            Model.ExpungesAllowed = expungesAllowed;
            await _client.SendAsync($"{tag} {command}\r\n");
            while (true)
            {
                var response = await _client.ReadResponseAsync().WaitAsync(PatienceMax);
                Assert.NotNull(response);
                if (response.StartsWith(tag + " ", StringComparison.Ordinal))
                {
                    // COPY and MOVE of a number whose message another client has expunged meanwhile.
                    if (!response.StartsWith(tag + " NO [EXPUNGEISSUED]", StringComparison.Ordinal))
                        Assert.StartsWith(tag + " OK", response);
                    break;
                }

                Model.Apply(response);
            }

            // VANISHED speaks in UIDs, so a client with QRESYNC must know those of new messages before it permits the next one.
            if (Ability == "QRESYNC" && Model.Uids.IndexOf(0) is var unknown and >= 0)
                await RunAsync($"FETCH {unknown + 1}:* (UID)", expungesAllowed: false);
        }

        /// <summary>A client that stores silently knows what it has done, and then believes what it is told besides.</summary>
        public async Task StoreSilentAsync(string set, string sign, string flag)
        {
            foreach (var number in ClientModel.Numbers(set))
            {
                if (!Model.Flags.TryGetValue(Model.Uids[(int)number - 1], out var known))
                    continue;
                var flags = known.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(f => f != flag);
                if (sign == "+")
                    flags = flags.Append(flag);
                Model.Flags[Model.Uids[(int)number - 1]] = string.Join(' ', flags.Order(StringComparer.Ordinal));
            }

            await RunAsync($"STORE {set} {sign}FLAGS.SILENT ({flag})", expungesAllowed: false);
        }

        public async Task CloseAsync()
        {
            _client.Reset();
            await _client.Handled.WaitAsync(PatienceMax);
        }
    }
}
