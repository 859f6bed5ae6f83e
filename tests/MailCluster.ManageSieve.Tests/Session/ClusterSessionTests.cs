using MailCluster.ManageSieve.Tests.Support;
using MailCluster.Testing;
using MailCluster.Testing.Clusters;

namespace MailCluster.ManageSieve.Tests.Session;

/// <summary>Sessions of one account on several nodes: what one was answered, all see at once, wherever the account is and goes.</summary>
public sealed class ClusterSessionTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_script_put_on_one_node_is_seen_on_another(bool killed)
    {
        var time = new ManualTimeProvider();
        await using var cluster = await MailboxCluster.StartAsync(3, time, ManageSieveFixture.Limits);
        await using var first = ManageSieveFixture.Of(cluster, 0, time);
        await using var second = ManageSieveFixture.Of(cluster, 1, time);
        var writer = await first.LogInAsync();
        var reader = await second.LogInAsync();

        await RunAsync(writer, "PUTSCRIPT \"a\" \"keep;\"");
        await RunAsync(writer, "SETACTIVE \"a\"");
        Assert.Equal(["\"a\" ACTIVE", "OK \"Listscripts completed\""], await RunAsync(reader, "LISTSCRIPTS"));

        await cluster.MoveAsync(to: 2, killed);
        Assert.Equal(["{5}", "keep;", "OK \"Getscript completed\""], await RunAsync(reader, "GETSCRIPT \"a\""));
        Assert.Equal(["NO (ACTIVE) \"The script 'a' is active; deactivate it first.\""], await RunAsync(reader, "DELETESCRIPT \"a\""));
        Assert.Equal(["NO (QUOTA/MAXSIZE) \"A script has at most 2000 bytes.\""], await RunAsync(reader, "HAVESPACE \"b\" 9000"));
        await RunAsync(reader, "RENAMESCRIPT \"a\" \"b\"");
        await RunAsync(reader, "PUTSCRIPT \"b\" \"discard;\"");
        Assert.Equal(["{8}", "discard;", "OK \"Getscript completed\""], await RunAsync(killed ? reader : writer, "GETSCRIPT \"b\""));
    }

    private static async Task<List<string>> RunAsync(InMemoryConnection client, string command)
    {
        await client.SendAsync(command + "\r\n");
        var lines = new List<string>();
        do
            lines.Add(await client.ReadLineAsync() ?? throw new EndOfStreamException());
        while (!lines[^1].StartsWith("OK", StringComparison.Ordinal) && !lines[^1].StartsWith("NO", StringComparison.Ordinal));
        return lines;
    }
}
