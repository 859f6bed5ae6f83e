using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using MailCluster.Ctl.Tests.Support;

namespace MailCluster.Ctl.Tests;

[Collection(NodeCollection.Name)]
public sealed class NodeTests(RunningNode node)
{
    [Fact]
    public async Task Who_shows_a_session_and_kick_ends_it()
    {
        const string User = "who@sessions.example";
        await node.AddUserAsync(User);
        Assert.Empty(await node.RowsAsync("who", "*@sessions.example"));
        Assert.Equal(68, (await node.CtlAsync("kick", User)).ExitCode);
        using var client = new TcpClient("127.0.0.1", node.ImapsPort);
        await using var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("localhost");
        using var reader = new StreamReader(tls, Encoding.ASCII);
        await reader.ReadLineAsync();
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"a LOGIN {User} {RunningNode.Password}\r\nb SELECT INBOX\r\n"));
        while (await reader.ReadLineAsync() is { } line && !line.StartsWith("b ", StringComparison.Ordinal))
            Assert.DoesNotContain("a NO", line, StringComparison.Ordinal);
        var session = Assert.Single(await node.RowsAsync("who", "--sessions", "*@sessions.example"));
        Assert.Equal((User, "imap", "INBOX"), (session.GetProperty("user").GetString(), session.GetProperty("protocol").GetString()![..4], session.GetProperty("folder").GetString()));
        var who = Assert.Single(await node.RowsAsync("who", User));
        Assert.Equal(("127.0.0.1", 1), (who.GetProperty("addresses")[0].GetString(), who.GetProperty("sessions").GetInt32()));
        Assert.Equal(64, (await node.CtlAsync("kick", "--session", "nonsense")).ExitCode);
        Assert.Equal(64, (await node.CtlAsync("kick")).ExitCode);
        Assert.Equal(68, (await node.CtlAsync("kick", "--address", "192.0.2.0/24")).ExitCode);
        Assert.Equal("1 sessions ended\n", await node.OkAsync("kick", "--session", session.GetProperty("session").GetString()!));
        Assert.StartsWith("* BYE", await reader.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Null(await reader.ReadLineAsync());
    }

    [Fact]
    public async Task Fsck_of_sound_mail_is_clean()
    {
        const string User = "fsck@fsck.example";
        await node.AddUserAsync(User);
        await node.SaveAsync(User, "Subject: x\n\nx\n");
        var outcome = await node.CtlAsync("fsck", "--verify", "-u", User);
        Assert.Equal(
            (0, "", "1 accounts, 6 mailboxes, 1 messages, 0 stored bodies: clean\n"), (outcome.ExitCode, outcome.Output, outcome.Errors));
        var summary = (await node.RowsAsync("fsck", "-u", User))[^1].GetProperty("summary");
        Assert.Equal((1, 0), (summary.GetProperty("messages").GetInt32(), summary.GetProperty("findings").GetInt32()));
        Assert.Equal(64, (await node.CtlAsync("fsck", "--drop-lost")).ExitCode);
    }

    [Fact]
    public async Task Stats_are_numbers_with_names()
    {
        var rows = await node.RowsAsync("stats");
        Assert.Contains(rows, row => row.GetProperty("name").GetString() == "sessions");
        Assert.Contains(rows, row => row.GetProperty("name").GetString()!.StartsWith("mailcluster_auth", StringComparison.Ordinal));
        Assert.All(
            await node.RowsAsync("stats", "dotnet_gc"),
            row => Assert.StartsWith("dotnet_gc", row.GetProperty("name").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_socket_is_found_beside_the_data_and_by_the_environment()
    {
        Assert.Equal(0, (await Programs.RunAsync(Programs.Ctl, ["who"], folder: node.Folder)).ExitCode);
        Assert.Equal(0, (await Programs.RunAsync(
            Programs.Ctl, ["who"], environment: new Dictionary<string, string> { ["MAILCTL_SOCKET"] = node.Socket })).ExitCode);
        var missing = await Programs.RunAsync(Programs.Ctl, ["who", "--socket", Path.Combine(node.Folder, "no.sock")]);
        Assert.Equal(69, missing.ExitCode);
        Assert.StartsWith(
            $"mailctl: no node is listening on {node.Folder}/no.sock: is mailcluster running?", missing.Errors, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(node.Socket));
    }

    [Theory]
    [InlineData]
    [InlineData("nonsense")]
    [InlineData("user")]
    [InlineData("user", "add")]
    [InlineData("mailbox", "list")]
    [InlineData("who", "--format", "xml")]
    [InlineData("who", "--nonsense")]
    public async Task A_wrong_command_line_exits_with_64(params string[] arguments)
    {
        var outcome = await node.CtlAsync(arguments);
        Assert.Equal((64, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains("--help", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_and_version_work_without_a_node()
    {
        var help = await Programs.RunAsync(Programs.Ctl, ["mailbox", "--help"]);
        Assert.Equal(0, help.ExitCode);
        Assert.Contains("subscribe", help.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await Programs.RunAsync(Programs.Ctl, ["--version"])).ExitCode);
    }

    [Fact]
    public async Task The_http_port_is_no_way_to_the_admin_verbs()
    {
        // The admin socket itself refuses what it does not have, with the code that mailctl would exit with.
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(node.Socket), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        using var unknown = await http.PostAsync(new Uri("http://node/v1/nonsense"), new StringContent("{}"));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Contains("\"exit\":64", await unknown.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var get = await http.GetAsync(new Uri("http://node/v1/who"));
        Assert.Equal(System.Net.HttpStatusCode.MethodNotAllowed, get.StatusCode);
        using var plain = new HttpClient();
        using var outside = await plain.PostAsync(new Uri($"http://127.0.0.1:{node.HttpPort}/v1/who"), new StringContent("{}"));
        Assert.Equal(System.Net.HttpStatusCode.MethodNotAllowed, outside.StatusCode);
        Assert.DoesNotContain("exit", await outside.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var unknownMember = await http.PostAsync(new Uri("http://node/v1/who"), new StringContent("{\"nonsense\":1}"));
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, unknownMember.StatusCode);
    }
}
