using System.Globalization;
using System.Text.RegularExpressions;

namespace MailCluster.EndToEnd.Tests.Support;

/// <summary>Writers of all kinds on one node, each telling the ledger before it sends and after it is answered, until the node dies.</summary>
internal sealed partial class CrashLoad(NodeProcess node, CrashLedger ledger, int seed)
{
    /// <summary>Runs until <paramref name="enough"/>, then <paramref name="kill"/>s the node and waits for the writers to notice.</summary>
    public async Task RunUntilAsync(Task enough, Func<Task> kill)
    {
        var random = new Random(seed);
        var writers = new List<Task>();
        foreach (var account in ledger.Accounts)
        {
            writers.Add(UntilBrokenAsync(DeliverAsync, random.Next()));
            writers.Add(UntilBrokenAsync(random => AppendAsync(account, random), random.Next()));
        }

        writers.Add(UntilBrokenAsync(random => ExpungeAsync(ledger.Accounts[random.Next(ledger.Accounts.Count)], random), random.Next()));

        // A writer ends early only by a failed assertion, and then the load ends with it.
        var first = await Task.WhenAny([enough, .. writers]);
        await kill();
        if (first != enough)
            await first;
        await Task.WhenAll(writers);
    }

    public static uint UidValidity(ImapAnswer select)
    {
        foreach (var line in select.Untagged)
        {
            if (Validity().Match(line.Text) is { Success: true } match)
                return uint.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        }

        throw new InvalidOperationException("SELECT told no UIDVALIDITY.");
    }

    private static async Task UntilBrokenAsync(Func<Random, Task> writer, int seed)
    {
        try
        {
            await writer(new Random(seed));
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            // The node was killed under it.
        }
    }

    private async Task DeliverAsync(Random random)
    {
        await using var client = await LmtpClient.ConnectAsync(node.LmtpPort);
        while (true)
        {
            var account = ledger.Accounts[random.Next(ledger.Accounts.Count)];
            var number = ledger.Sending(account);
            var reply = (await client.DeliverAsync(TestMessages.Make(number), account))[0];
            Assert.StartsWith("250", reply, StringComparison.Ordinal);
            ledger.WasStored(account, number);
        }
    }

    private async Task AppendAsync(string account, Random random)
    {
        await using var client = await node.ConnectImapAsync(account, tls: random.Next(2) == 0);
        while (true)
        {
            var number = ledger.Sending(account);
            var answer = await client.AppendAsync("INBOX", TestMessages.Make(number));
            Assert.True(answer.IsOk, answer.Tagged);
            var uid = uint.Parse(AppendUid().Match(answer.Tagged).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            ledger.WasStored(account, number, uid);
        }
    }

    /// <summary>Expunges the newest message again and again, so that a UID given twice would be seen.</summary>
    private async Task ExpungeAsync(string account, Random random)
    {
        await using var client = await node.ConnectImapAsync(account);
        await client.RequireAsync("SELECT INBOX");
        while (true)
        {
            await client.RequireAsync("NOOP");
            var answer = await client.RequireAsync("UID FETCH * (UID BODY.PEEK[])");
            if (answer.Untagged.FirstOrDefault(line => line.Literals.Count == 1) is not { } line)
                continue;
            var uid = UidItem().Match(line.Text).Groups[1].Value;
            var number = TestMessages.NumberOf(line.Literals[0]);
            ledger.Expunging(account, number);
            await client.RequireAsync($"UID STORE {uid} +FLAGS.SILENT (\\Deleted)");
            await client.RequireAsync($"UID EXPUNGE {uid}");
            ledger.WasExpunged(account, number);
            for (var skip = random.Next(5); skip > 0; skip--)
                await client.RequireAsync("NOOP");
        }
    }

    [GeneratedRegex(@"\[UIDVALIDITY (\d+)\]")]
    private static partial Regex Validity();

    [GeneratedRegex(@"\[APPENDUID \d+ (\d+)\]")]
    private static partial Regex AppendUid();

    [GeneratedRegex(@"\bUID (\d+)\b")]
    private static partial Regex UidItem();
}
