using MailCluster.Edge;
using MailCluster.Imap.Tests.Scripting;

namespace MailCluster.Imap.Tests.Session;

/// <summary>APPEND when a message cannot be kept: the client is told so, the rest of what it sends is read past, and the session goes on.</summary>
public sealed class AppendFailureTests
{
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(20);
    private static readonly string Small = Message(100);

    // Past this a message goes to a file, which cannot be made.
    private static readonly EdgeOptions NoRoomForFiles = new() { Spool = new SpoolOptions { MemoryMax = 4096, Directory = "/dev/null/spool" } };

    [Fact]
    public async Task A_message_that_no_file_can_take_is_refused_and_read_past()
    {
        await using var fixture = await ImapFixture.StartAsync(edge: NoRoomForFiles);
        var client = await OpenAsync(fixture);
        var big = Message(100_000);
        await client.SendAsync($"a APPEND INBOX {{{big.Length}+}}\r\n{big}\r\nb NOOP\r\n");
        Assert.StartsWith("a NO [UNAVAILABLE]", await NextAsync(client));
        Assert.StartsWith("b OK", await NextAsync(client));

        await client.SendAsync($"c APPEND INBOX {{{big.Length}}}\r\n");
        Assert.StartsWith("+", await NextAsync(client));
        await client.SendAsync($"{big}\r\n");
        Assert.StartsWith("c NO [UNAVAILABLE]", await NextAsync(client));
        await client.SendAsync($"d APPEND INBOX {{{Small.Length}+}}\r\n{Small}\r\n");
        Assert.StartsWith("d OK [APPENDUID", await NextAsync(client));
        Assert.Equal(1, fixture.Mailboxes.Bodies.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_several_messages_none_is_kept_when_one_cannot_be(bool bigFirst)
    {
        await using var fixture = await ImapFixture.StartAsync(edge: NoRoomForFiles);
        var client = await OpenAsync(fixture);
        var big = Message(100_000);
        var (first, second) = bigFirst ? (big, Small) : (Small, big);
        await client.SendAsync($"a APPEND INBOX {{{first.Length}+}}\r\n{first} {{{second.Length}+}}\r\n{second}\r\nb STATUS INBOX (MESSAGES)\r\n");
        Assert.StartsWith("a NO [UNAVAILABLE]", await NextAsync(client));
        Assert.Equal("* STATUS INBOX (MESSAGES 0)", await NextAsync(client));
        Assert.StartsWith("b OK", await NextAsync(client));

        // A second message that waits to be asked for is not asked for.
        await client.SendAsync($"c APPEND INBOX {{{big.Length}+}}\r\n{big} {{{Small.Length}}}\r\n");
        Assert.StartsWith("c NO [UNAVAILABLE]", await NextAsync(client));
        Assert.StartsWith("d OK", await RunAsync(client, "d NOOP"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_an_early_message_of_many_was_not_stored_the_rest_is_read_past(bool lastWaits)
    {
        await using var fixture = await ImapFixture.StartAsync();
        var client = await OpenAsync(fixture);
        fixture.Mailboxes.Bodies.Unavailable = true;
        // More than may be on its way to the disk at one time.
        var message = Message(64 * 1024);
        var many = string.Concat(Enumerable.Repeat($" {{{message.Length}+}}\r\n{message}", 20));
        var last = lastWaits ? $" {{{Small.Length}}}\r\n" : $" {{{Small.Length}+}}\r\n{Small}\r\n";
        await client.SendAsync($"a APPEND INBOX{many}{last}b NOOP\r\n");
        Assert.StartsWith("a NO [UNAVAILABLE]", await NextAsync(client));
        Assert.StartsWith("b OK", await NextAsync(client));
        fixture.Mailboxes.Bodies.Unavailable = false;
        await client.SendAsync($"c APPEND INBOX {{{Small.Length}+}}\r\n{Small}\r\n");
        Assert.StartsWith("c OK [APPENDUID", await NextAsync(client));
    }

    private static string Message(int length) => "Subject: x\r\n\r\n" + new string('y', length) + "\r\n";

    private static async Task<ScriptClient> OpenAsync(ImapFixture fixture)
    {
        var client = new ScriptClient(fixture.Connect(), byteByByte: false);
        await client.ReadResponseAsync();
        Assert.StartsWith("login OK", await RunAsync(client, "login LOGIN alice alice"));
        return client;
    }

    private static async Task<string> RunAsync(ScriptClient client, string command)
    {
        await client.SendAsync(command + "\r\n");
        return await NextAsync(client);
    }

    private static async Task<string> NextAsync(ScriptClient client) =>
        await client.ReadResponseAsync().WaitAsync(PatienceMax) ?? throw new EndOfStreamException();
}
