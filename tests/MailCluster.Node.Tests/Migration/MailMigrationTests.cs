using System.Text;
using MailCluster.Bodies;
using MailCluster.Mailboxes;
using MailCluster.Mime;
using MailCluster.Node.Configuration;
using MailCluster.Node.Hosting;
using MailCluster.Node.Hosting.Storage;
using MailCluster.Node.Migration;
using MailCluster.Node.Tests.Hosting;
using MailCluster.Node.Tests.Support;
using MailCluster.Persistence;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Node.Tests.Migration;

/// <summary>A data directory goes to another storage whole, whenever and however often the migration is killed.</summary>
public sealed class MailMigrationTests
{
    private static readonly AccountId[] s_accounts = [AccountId.Create("alice@example.com"), AccountId.Create("bob@example.com"), AccountId.Create("carol@example.com")];

    [Fact]
    public async Task Nothing_is_lost_or_doubled_however_often_it_is_killed()
    {
        using var folder = new TemporaryFolder();
        var options = NodeHostTests.Options(folder);
        var expected = await FillAsync(folder, options);
        await using var target = new CutOffStorage();
        var kills = 0;
        for (var attempt = 1; ; attempt++)
        {
            // Each run gets a little further than the last one did; now and then the log itself ends in half a line.
            target.KillAfter(attempt);
            try
            {
                Assert.Equal(0, await MigrateAsync(folder, options, target));
                break;
            }
            catch (KilledException)
            {
                kills++;
                if (attempt % 3 == 0)
                {
                    await File.AppendAllTextAsync(folder.File("data/" + MigrationLog.FileName), "body 00");
                }
            }
        }

        Assert.True(kills > 10, $"{kills} kills");
        target.KillAfter(int.MaxValue);
        Assert.Equal(expected, await DescribeAsync(options, target));
        Assert.Equal(s_accounts.Length, await target.Outbox.ListAsync(CancellationToken.None).CountAsync());
        var bodies = await target.BodyCheck.EnumerateAsync(verify: false, CancellationToken.None).ToListAsync();
        Assert.Equal(bodies.Count, bodies.DistinctBy(body => (body.Owner, body.EmailId)).Count());
        Assert.Contains(bodies, body => body.Released);
    }

    [Fact]
    public async Task It_goes_to_one_target_only_and_never_into_mail_that_is_there()
    {
        using var folder = new TemporaryFolder();
        var options = NodeHostTests.Options(folder);
        await FillAsync(folder, options);
        await using var target = new CutOffStorage();
        var other = await target.Writers.RegisterAsync("other", CancellationToken.None);
        await target.AppendAsync(
            new JournalWrite(new PersistenceId(s_accounts[1].Value), SequenceNr.Zero, other, new byte[] { 0 }, DateTimeOffset.UnixEpoch, Durability.Disk), CancellationToken.None);

        using var said = new StringWriter();
        Assert.Equal(1, await MigrateAsync(folder, options, target, said));
        Assert.StartsWith("bob@example.com: memory has mail of this account already", said.ToString(), StringComparison.Ordinal);
        var error = Assert.Throws<MigrationException>(() => MigrationLog.Open(folder.File("data"), "elsewhere"));
        Assert.Contains("is being migrated to memory, not to elsewhere", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_that_differs_is_not_taken_for_done()
    {
        using var folder = new TemporaryFolder();
        var options = NodeHostTests.Options(folder);
        await FillAsync(folder, options);
        await using var target = new CutOffStorage { IsUnsound = true };
        using var said = new StringWriter();
        Assert.Equal(s_accounts.Length, await MigrateAsync(folder, options, target, said));
        Assert.Contains("is not what was stored", said.ToString(), StringComparison.Ordinal);
        Assert.Equal(SequenceNr.Zero, await target.GetHighestSequenceNrAsync(new PersistenceId(s_accounts[0].Value), CancellationToken.None));
    }

    private static async Task<int> MigrateAsync(TemporaryFolder folder, NodeOptions options, CutOffStorage target, StringWriter? said = null)
    {
        using var directory = NodeDirectory.Open(folder.File("data"));
        await using var source = await EmbeddedStorage.OpenAsync(directory.Path, options, NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);
        using var log = MigrationLog.Open(directory.Path, target.Location);
        var progress = new MigrationProgress(said ?? TextWriter.Null, TimeProvider.System);
        var migration = new MailMigration(source, target, log, TimeSpan.FromDays(7), new MimeLimits(), TimeProvider.System, progress);
        return await migration.RunAsync(await target.Writers.RegisterAsync("migration", CancellationToken.None), CancellationToken.None);
    }

    /// <summary>Three accounts with everything that an account can have; what they are, as text.</summary>
    private static async Task<string> FillAsync(TemporaryFolder folder, NodeOptions options)
    {
        using var directory = NodeDirectory.Open(folder.File("data"));
        await using var storage = await EmbeddedStorage.OpenAsync(directory.Path, options, NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);
        await using var node = await NodeMailboxes.StartAsync(options, storage, NullLoggerFactory.Instance, TimeProvider.System, _ => { }, CancellationToken.None);
        var intake = new MessageIntake(storage.Bodies, new MimeLimits());
        foreach (var account in s_accounts)
        {
            for (var i = 0; i < 8; i++)
            {
                using var message = intake.Prepare(Encoding.ASCII.GetBytes($"Subject: {account} {i}\r\n\r\n{new string('x', i * 1000)}\r\n"));
                var stored = await intake.StoreAsync(account, message, new InternalDate(DateTimeOffset.UnixEpoch), SystemFlags.Seen, ["$Work"], CancellationToken.None);
                await SendAsync(node, account, new AppendMessages(FolderName.Inbox, [stored]));
            }
            var inbox = await SendAsync(node, account, new DescribeFolder(FolderName.Inbox));
            await SendAsync(node, account, new CreateFolder(FolderName.Create("Lists/a")));
            await SendAsync(node, account, new CopyMessages(inbox.Id, UidSet.OfRange(2, 4), FolderName.Create("Lists/a")));
            await SendAsync(node, account, new MoveMessages(inbox.Id, UidSet.Of(5), FolderName.Create("Lists/a")));
            await SendAsync(node, account, new ExpungeMessages(inbox.Id, UidSet.OfRange(1, 2), OnlyDeleted: false));
            await SendAsync(node, account, new StoreFlags(inbox.Id, UidSet.Of(8), FlagOperation.Add, SystemFlags.Flagged, ["todo"]));
            await SendAsync(node, account, new SetSubscription(FolderName.Create("Elsewhere"), true));
            using var forwarded = intake.Prepare("Subject: forwarded\r\n\r\n"u8.ToArray());
            var body = await intake.StoreAsync(account, forwarded, new InternalDate(DateTimeOffset.UnixEpoch), SystemFlags.None, [], CancellationToken.None);
            await SendAsync(node, account, new DeliverMessage([], [], [], [new OutgoingMail(
                OutgoingKind.Redirect, account.Value, "bob@example.org", "", body.EmailId, body.Body, body.Size, OutgoingTerms.None)]));
        }
        var text = await DescribeAsync(node, storage);
        await node.StopAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        return text;
    }

    private static async Task<string> DescribeAsync(NodeOptions options, INodeStorage storage)
    {
        await using var node = await NodeMailboxes.StartAsync(options, storage, NullLoggerFactory.Instance, TimeProvider.System, _ => { }, CancellationToken.None);
        var text = await DescribeAsync(node, storage);
        await node.StopAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        return text;
    }

    /// <summary>Everything that a client can see.</summary>
    private static async Task<string> DescribeAsync(NodeMailboxes node, INodeStorage storage)
    {
        var text = new StringBuilder();
        foreach (var account in s_accounts)
        {
            var list = await SendAsync(node, account, new ListFolders());
            text.AppendLine($"{account}: {string.Join(' ', list.Subscriptions)}");
            foreach (var info in list.Folders)
            {
                text.AppendLine(info.ToString());
            }
            var inspection = await SendAsync(node, account, new InspectAccount());
            foreach (var entry in inspection.Outbox)
            {
                var read = await storage.Bodies.GetLengthAsync(entry.Mail.Body, CancellationToken.None);
                text.AppendLine($"{entry with { Mail = entry.Mail with { Body = BodyRef.None } }} {read}");
            }
            foreach (var (name, index) in inspection.Folders)
            {
                text.AppendLine($"{name}: vanished {index.VanishedSince(new ModSeq(0))}");
                for (var position = 0; position < index.Exists; position++)
                {
                    var row = index.RowAt(position);
                    var length = (int)await storage.Bodies.GetLengthAsync(row.Body, CancellationToken.None);
                    var body = new byte[length];
                    Assert.Equal(length, await storage.Bodies.ReadAsync(row.Body, 0, body, CancellationToken.None));
                    text.AppendLine($"{row with { Body = BodyRef.None, KeywordSet = 0 }} {string.Join(' ', index.Keywords[row.KeywordSet])} {Encoding.ASCII.GetString(body)}");
                }
            }
        }
        return text.ToString();
    }

    private static ValueTask<TResult> SendAsync<TResult>(NodeMailboxes node, AccountId account, MailboxCommand<TResult> command) =>
        node.Client.SendAsync(account, command, new CommandContext(CommandId.New(TimeProvider.System), "s", "test", ""), CancellationToken.None);
}
