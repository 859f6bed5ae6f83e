using System.Globalization;
using System.Text.RegularExpressions;
using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests.Cluster;

/// <summary>What each kind of client does until it is stopped, refused or cut off.</summary>
internal sealed partial class ClusterLoad
{
    private const string Kept = "Kept";

    /// <summary>Between two tries of a client that was refused, as clients have one.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private async Task DeliverAsync(Client client)
    {
        await using var lmtp = await LmtpClient.ConnectAsync(client.Node.Process.LmtpPort);
        await RepeatAsync(async () =>
        {
            var number = Ledger.Sending(client.Account);
            var reply = (await lmtp.DeliverAsync(TestMessages.Make(number), client.Account))[0];
            if (reply.StartsWith("451", StringComparison.Ordinal))
                throw new RefusedException(reply);
            Assert.StartsWith("250", reply, StringComparison.Ordinal);
            Ledger.WasStored(client.Account, number);
            Done(client);
        });
    }

    private async Task AppendAsync(Client client)
    {
        await using var imap = await FolderClient.LogInAsync(client.Node, client.Account);
        await RepeatAsync(async () =>
        {
            var number = Ledger.Sending(client.Account);
            var answer = RefusedException.Check("APPEND", await imap.AppendAsync("INBOX", TestMessages.Make(number)));
            var uid = uint.Parse(AppendUid().Match(answer.Tagged).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            Ledger.WasStored(client.Account, number, uid);
            Done(client);
        });
    }

    /// <summary>Sets keywords and takes them away, on any message.</summary>
    private async Task StoreAsync(Client client)
    {
        await using var folder = await FolderClient.OpenAsync(client.Node, client.Account);
        await RepeatAsync(async () =>
        {
            await folder.LookAsync();
            var uids = folder.View.Uids.ToList();
            if (uids.Count == 0)
                return;
            var uid = uids[client.Random.Next(uids.Count)];
            var keyword = string.Create(CultureInfo.InvariantCulture, $"k{client.Random.Next(3)}");
            var isSet = client.Random.Next(3) > 0;
            Flags.Storing(client.Account, uid, keyword);
            await folder.RequireAsync($"UID STORE {uid} {(isSet ? '+' : '-')}FLAGS ({keyword})");
            Flags.WasStored(client.Account, uid, keyword, isSet);
            Done(client);
        });
    }

    /// <summary>Takes the newest message out, now by MOVE, now by EXPUNGE, so that a UID given twice would be seen.</summary>
    private async Task MoveAndExpungeAsync(Client client)
    {
        await using var folder = await FolderClient.OpenAsync(client.Node, client.Account);
        var made = await folder.TryAsync($"CREATE {Kept}");
        Assert.True(made.IsOk || made.Tagged.Contains("[ALREADYEXISTS]", StringComparison.Ordinal), made.Tagged);
        await RepeatAsync(async () =>
        {
            await folder.LookAsync();
            var uid = folder.View.Uids.LastOrDefault();
            if (uid == 0)
                return;
            var answer = await folder.RequireAsync($"UID FETCH {uid} (UID BODY.PEEK[])");
            if (answer.Untagged.FirstOrDefault(line => line.Literals.Count == 1) is not { } line)
                return;
            var number = TestMessages.NumberOf(line.Literals[0]);
            if (client.Random.Next(2) == 0)
            {
                var moved = await folder.RequireAsync($"UID MOVE {uid} {Kept}");
                var copied = moved.Untagged.Select(told => CopyUid().Match(told.Text)).Append(CopyUid().Match(moved.Tagged)).FirstOrDefault(match => match.Success);
                if (copied is not null)
                    Ledger.WasMoved(client.Account, number, Kept, uint.Parse(copied.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
            }
            else
            {
                Ledger.Expunging(client.Account, number);
                await folder.RequireAsync($"UID STORE {uid} +FLAGS.SILENT (\\Deleted)");
                await folder.RequireAsync($"UID EXPUNGE {uid}");
                Ledger.WasExpunged(client.Account, number);
            }

            Done(client);
        });
    }

    /// <summary>Is in IDLE as long as the load lasts and longer: at the end it has to show what there is without asking.</summary>
    private async Task WatchAsync(Client client)
    {
        var watcher = new Watcher(client.Account, await FolderClient.OpenAsync(client.Node, client.Account));
        _watchers.Add(watcher);
        // Its connection outlives the load, to be checked; it breaks before that only with its node.
        await watcher.UntilBrokenAsync(_stopping.Token);
    }

    private static IReadOnlyList<(uint Uid, string Flags)> FlagsOf(ImapAnswer answer) =>
    [
        .. answer.Untagged.Select(line => UidAndFlags().Match(line.Text)).Where(match => match.Success)
            .Select(match => (uint.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), FolderView.Normal(match.Groups[2].Value))),
    ];

    [GeneratedRegex(@"\[APPENDUID \d+ (\d+)\]")]
    private static partial Regex AppendUid();

    [GeneratedRegex(@"\[COPYUID \d+ \d+ (\d+)\]")]
    private static partial Regex CopyUid();

    [GeneratedRegex(@"\bFETCH \(UID (\d+) FLAGS \(([^)]*)\)")]
    private static partial Regex UidAndFlags();
}
