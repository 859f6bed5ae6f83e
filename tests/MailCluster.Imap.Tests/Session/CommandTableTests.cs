using MailCluster.Imap.Commands;
using MailCluster.Imap.Session;
using MailCluster.Imap.Tests.Scripting;

namespace MailCluster.Imap.Tests.Session;

/// <summary>Every command in every state: allowed where the table says, refused elsewhere, and never without a tagged answer.</summary>
public sealed class CommandTableTests
{
    // One harmless line for each command.
    private static readonly Dictionary<CommandName, string> Lines = new()
    {
        [CommandName.Capability] = "CAPABILITY",
        [CommandName.Noop] = "NOOP",
        [CommandName.Logout] = "LOGOUT",
        [CommandName.Id] = "ID NIL",
        [CommandName.StartTls] = "STARTTLS",
        [CommandName.Authenticate] = "AUTHENTICATE PLAIN =",
        [CommandName.Login] = "LOGIN alice wrong",
        [CommandName.Enable] = "ENABLE X-NOTHING",
        [CommandName.Select] = "SELECT INBOX",
        [CommandName.Examine] = "EXAMINE INBOX",
        [CommandName.Create] = "CREATE made",
        [CommandName.Delete] = "DELETE none",
        [CommandName.Rename] = "RENAME none other",
        [CommandName.Subscribe] = "SUBSCRIBE some",
        [CommandName.Unsubscribe] = "UNSUBSCRIBE some",
        [CommandName.List] = "LIST \"\" *",
        [CommandName.Lsub] = "LSUB \"\" *",
        [CommandName.Namespace] = "NAMESPACE",
        [CommandName.Status] = "STATUS INBOX (MESSAGES)",
        [CommandName.Append] = "APPEND none {3+}\r\nabc",
        [CommandName.Idle] = "IDLE\r\nDONE",
        [CommandName.GetQuota] = "GETQUOTA none",
        [CommandName.GetQuotaRoot] = "GETQUOTAROOT INBOX",
        [CommandName.SetQuota] = "SETQUOTA none ()",
        [CommandName.GetMetadata] = "GETMETADATA INBOX /shared/comment",
        [CommandName.SetMetadata] = "SETMETADATA INBOX (/shared/comment NIL)",
        [CommandName.Check] = "CHECK",
        [CommandName.Close] = "CLOSE",
        [CommandName.Unselect] = "UNSELECT",
        [CommandName.Expunge] = "EXPUNGE",
        [CommandName.Search] = "SEARCH ALL",
        [CommandName.Fetch] = "UID FETCH 1:* FLAGS",
        [CommandName.Store] = "UID STORE 1:* +FLAGS (\\Seen)",
        [CommandName.Copy] = "UID COPY 1:* INBOX",
        [CommandName.Move] = "UID MOVE 1:* INBOX",
    };

    [Fact]
    public void Every_command_has_a_row_and_a_line()
    {
        Assert.Equal(Enum.GetValues<CommandName>(), CommandTable.Rows.Select(static row => row.Name));
        Assert.Equal(Enum.GetValues<CommandName>().ToHashSet(), Lines.Keys.ToHashSet());
    }

    [Theory]
    [InlineData(SessionState.NotAuthenticated)]
    [InlineData(SessionState.Authenticated)]
    [InlineData(SessionState.Selected)]
    internal async Task Commands_are_allowed_where_the_table_says(SessionState state)
    {
        await using var fixture = await ImapFixture.StartAsync();
        foreach (var row in CommandTable.Rows)
        {
            var client = new ScriptClient(fixture.Connect(), byteByByte: false);
            await client.ReadResponseAsync();
            if (state != SessionState.NotAuthenticated)
                await RunAsync(client, "x", "LOGIN alice alice");
            if (state == SessionState.Selected)
                await RunAsync(client, "y", "SELECT INBOX");
            var answer = await RunAsync(client, "z", Lines[row.Name]);
            var outOfPlace = answer is "z BAD Log in first" or "z BAD No folder is selected" or "z BAD Already logged in";
            Assert.True(outOfPlace == ((row.States & state) == 0), $"{row.Name} when {state}: {answer}");
            client.Reset();
            await client.Handled;
        }
    }

    private static async Task<string?> RunAsync(ScriptClient client, string tag, string command)
    {
        await client.SendAsync($"{tag} {command}\r\n");
        while (await client.ReadResponseAsync().WaitAsync(TimeSpan.FromSeconds(20)) is { } response)
        {
            if (response.StartsWith(tag + " ", StringComparison.Ordinal))
                return response;
        }

        return null;
    }
}
