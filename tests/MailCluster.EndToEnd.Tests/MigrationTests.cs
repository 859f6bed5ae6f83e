using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using MailCluster.EndToEnd.Tests.Support;
using MailCluster.Testing;

namespace MailCluster.EndToEnd.Tests;

/// <summary>The corpus goes from files into PostgreSQL, with kill -9 on the way; a client that looks before and after sees the same.</summary>
public sealed class MigrationTests
{
    /// <summary>Of a body, in the migration's log.</summary>
    private const int LogLineBytes = 39;

    private static readonly string[] s_users = ["alice@example.com", "bob@example.com"];

    private static string[] Corpus { get; } =
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "tests/MailCluster.Mime.Tests/corpus"), "*.eml").Order(StringComparer.Ordinal)];

    [Fact]
    public async Task Clients_see_the_same_after_a_migration_that_was_killed()
    {
        using var source = new TemporaryFolder();
        using var target = new TemporaryFolder();
        var server = await PostgresServer.SharedAsync();
        string[] settings =
        [
            "storage.journal=postgres", "storage.bodies=postgres",
            $"storage.postgres.connection=\"{server.ConnectionString(await server.CreateDatabaseAsync())}\"",
        ];
        var before = await FillAsync(source.Path);

        var rehearsal = await ClientProgram.RequireAsync(Repository.NodeProgram, Arguments(source.Path, settings, "--dry-run"));
        Assert.Contains("2 accounts,", rehearsal.Output, StringComparison.Ordinal);
        Assert.Contains("2 users; 0 in the way", rehearsal.Output, StringComparison.Ordinal);

        // In the first account's first batch, and when half of its bodies are there.
        Assert.True(await KillAsync(source.Path, settings, 100));
        Assert.True(await KillAsync(source.Path, settings, Corpus.Length * LogLineBytes / 2));
        var (exit, log) = await NodeProcess.StartRefusedAsync(source.Path);
        Assert.Equal(71, exit);
        Assert.Contains("is being moved", log, StringComparison.Ordinal);

        var result = await ClientProgram.RequireAsync(Repository.CtlProgram, ["migrate", "--from", source.Path, .. Settings(settings)]);
        Assert.Contains("2 users added", result.Output, StringComparison.Ordinal);
        await using var node = await NodeProcess.StartAsync(target.Path, settings);
        Assert.Equal(before, await DescribeAsync(node));
        await node.CtlAsync("fsck", "--verify");
    }

    /// <summary>Starts the migration and kills it once its log has so many bytes. False if it was done before.</summary>
    private static async Task<bool> KillAsync(string dataFolder, string[] settings, long bytes)
    {
        using var migration = Process.Start(new ProcessStartInfo(Repository.NodeProgram, Arguments(dataFolder, settings)) { RedirectStandardOutput = true })!;
        var log = new FileInfo(Path.Combine(dataFolder, "migration.log"));
        await Poll.UntilAsync(() =>
        {
            log.Refresh();
            return migration.HasExited || (log.Exists && log.Length >= bytes);
        });
        var isRunning = !migration.HasExited;
        migration.Kill();
        await migration.WaitForExitAsync();
        return isRunning;
    }

    private static string[] Arguments(string dataFolder, string[] settings, params string[] more) =>
        ["migrate", "--from", dataFolder, .. Settings(settings), .. more];

    private static IEnumerable<string> Settings(string[] settings) => settings.SelectMany(setting => new[] { "--set", setting });

    private static async Task<string> FillAsync(string dataFolder)
    {
        await using var node = await NodeProcess.StartAsync(dataFolder);
        foreach (var user in s_users)
        {
            await node.AddUserAsync(user);
            await using var client = await node.ConnectImapAsync(user);
            foreach (var file in Corpus)
            {
                await client.AppendAsync("Archive", await File.ReadAllBytesAsync(file)); // An empty one is refused, which is fine.
            }
            foreach (var command in new[]
            {
                "CREATE Lists/one", "SELECT Archive", "UID COPY 3:9 Lists/one", "UID MOVE 10 INBOX", "UID STORE 1:5 +FLAGS (\\Seen $Work)",
                "UID STORE 2,7 +FLAGS (\\Deleted)", "EXPUNGE", "UNSUBSCRIBE Archive", "SUBSCRIBE Elsewhere",
            })
            {
                await client.RequireAsync(command);
            }
        }
        var before = await DescribeAsync(node);
        Assert.Equal(0, await node.TerminateAsync());
        return before;
    }

    /// <summary>Everything that IMAP tells of every folder of every user.</summary>
    private static async Task<string> DescribeAsync(NodeProcess node)
    {
        var text = new StringBuilder();
        foreach (var user in s_users)
        {
            await using var client = await node.ConnectImapAsync(user);
            await client.RequireAsync("ENABLE QRESYNC");
            Add(await client.RequireAsync("LIST \"\" * RETURN (SPECIAL-USE STATUS (MESSAGES UIDNEXT UIDVALIDITY UNSEEN SIZE HIGHESTMODSEQ MAILBOXID))"));
            Add(await client.RequireAsync("LSUB \"\" *"));
            foreach (var folder in new[] { "INBOX", "Archive", "Lists/one" })
            {
                await client.RequireAsync($"SELECT {folder}");
                Add(await client.RequireAsync("UID FETCH 1:* (UID FLAGS MODSEQ INTERNALDATE RFC822.SIZE EMAILID SAVEDATE ENVELOPE BODY.PEEK[])"));
                Add(await client.RequireAsync("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)"));
            }
        }
        return text.ToString();

        void Add(ImapAnswer answer)
        {
            foreach (var line in answer.Untagged)
            {
                // \Recent is each session's own.
                text.Append(line.Text.Replace(" \\Recent", "", StringComparison.Ordinal).Replace("\\Recent", "", StringComparison.Ordinal));
                text.AppendLine(string.Concat(line.Literals.Select(literal => " " + Convert.ToHexString(SHA256.HashData(literal)))));
            }
        }
    }
}
