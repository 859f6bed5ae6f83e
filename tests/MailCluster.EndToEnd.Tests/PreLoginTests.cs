using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests;

/// <summary>What strangers do to a node that they cannot log in to: hold connections, speak other protocols, put commands where TLS begins.</summary>
public sealed class PreLoginTests : IDisposable
{
    private const string Alice = "alice@example.com";
    /// <summary>Where a client can stop: what it sends, and what it waits for in between.</summary>
    private static readonly (string Listener, string Greeting, string[] Steps)[] s_states =
    [
        // Nothing at all; half a command; a literal that does not come; a conversation that is not finished.
        ("imap", "* OK", []),
        ("imap", "* OK", ["a LOG"]),
        ("imap", "* OK", ["a LOGIN {5}\r\n", "+ "]),
        ("imap", "* OK", ["a LOGIN {5+}\r\nal"]),
        ("imaps", "* OK", ["a AUTHENTICATE PLAIN\r\n", "+ "]),
        ("imaps", "* OK", ["a AUTHENTICATE PLAIN\r\n", "+ ", "AGFsaWNl"]),
        ("imaps", "* OK", ["a NOOP\r\n", "a OK"]),
        ("pop3", "+OK", []),
        ("pop3", "+OK", ["CA"]),
        ("pop3s", "+OK", ["USER alice\r\n", "+OK"]),
        ("pop3s", "+OK", ["AUTH PLAIN\r\n", "+ "]),
        ("managesieve", "OK", []),
        ("managesieve", "OK", ["AUTHEN"]),
        ("managesieve", "OK", ["AUTHENTICATE \"PLAIN\" {40+}\r\nAG"]),
        ("lmtp", "220", []),
        ("lmtp", "220", ["LHLO x\r\n", "250 ", "MAIL FR"]),
    ];

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Whoever_stops_anywhere_before_the_login_is_cut_off()
    {
        await using var node = await StartAsync();
        var clients = s_states.Select(state => StopAsync(node, state.Listener, state.Greeting, state.Steps));
        foreach (var (state, said) in await Task.WhenAll(clients).WaitAsync(s_limit))
            Assert.False(said.Contains("SERVERBUG", StringComparison.Ordinal), $"{state}: {said}");

        foreach (var protocol in new[] { "imap", "pop3", "managesieve", "lmtp" })
            await node.SaidAsync($"disconnected: protocol={protocol} user=<> reason=");
        await RequireNobodyIsLeftAsync(node);

        // Who is silent for as long as a login may take has reached both limits.
        Assert.All(
            node.Log.Split('\n').Where(line => line.Contains("disconnected: ", StringComparison.Ordinal)),
            line => Assert.Matches("reason=(Idle|Login)Timeout", line));
    }

    [Fact]
    public async Task Bytes_that_trickle_in_do_not_keep_a_connection()
    {
        await using var node = await StartAsync();
        await node.AddUserAsync(Alice);
        await using var pace = await node.ConnectImapAsync(Alice);
        var clients = new List<(string Name, RawConnection Connection, Task<string> End)>();
        foreach (var (listener, greeting, begin) in new[]
        {
            ("imap", "* OK", "a LOGIN {400+}\r\n"), ("imap", "* OK", "a LOGIN "), ("pop3", "+OK", "USER "), ("managesieve", "OK", "AUTHENTICATE "), ("lmtp", "220", "MAIL FROM:<"),
        })
        {
            var connection = await RawConnection.ConnectAsync(PortOf(node, listener));
            await connection.ReadUntilAsync(greeting);
            await connection.SendAsync(begin);
            clients.Add((listener, connection, connection.ReadToEndAsync()));
        }

        // The node's own answers are the clock: a byte of each client after each hundred of them.
        var all = Task.WhenAll(clients.Select(client => client.End)).WaitAsync(s_limit);
        var sent = 0;
        for (; !all.IsCompleted; sent++)
        {
            foreach (var (_, connection, end) in clients)
                if (!end.IsCompleted) await TrySendAsync(connection, "x");
            for (var answer = 0; answer < 100; answer++) await pace.RequireAsync("NOOP");
        }

        await all;
        Assert.True(sent > 5, "the connections did not last long enough to show anything");
        foreach (var (_, connection, _) in clients) await connection.DisposeAsync();
    }

    [Theory]
    [InlineData("imaps")]
    [InlineData("pop3s")]
    [InlineData("imap")]
    [InlineData("pop3")]
    [InlineData("managesieve")]
    [InlineData("lmtp")]
    public async Task A_handshake_that_is_not_finished_is_cut_off(string listener)
    {
        await using var node = await StartAsync("listeners.lmtp.tls=starttls");
        // The head of a ClientHello record that announces 512 octets.
        await Task.WhenAll(StopAsync(""), StopAsync("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"));
        await node.SaidAsync("reason=HandshakeTimeout");
        await RequireNobodyIsLeftAsync(node);

        async Task StopAsync(string hello)
        {
            await using var client = await RawConnection.ConnectAsync(PortOf(node, listener));
            if (!listener.EndsWith('s')) await StartTlsAsync(client, listener);
            if (hello.Length > 0) await client.SendAsync(hello);
            Assert.Equal("", await client.ReadToEndAsync().WaitAsync(s_limit));
        }
    }

    [Theory]
    [InlineData("imap")]
    [InlineData("imaps")]
    [InlineData("pop3")]
    [InlineData("managesieve")]
    [InlineData("lmtp")]
    public async Task A_balancers_header_that_is_not_finished_is_cut_off(string listener)
    {
        await using var node = await StartAsync($"listeners.{listener}.proxy-protocol=required", "listeners.proxy-networks=[\"127.0.0.0/8\"]");
        await Task.WhenAll(StopAsync(""), StopAsync("PROXY TCP4 192.0.2.1 "), StopAsync("\r\n\r\n\0\r\nQUIT\n\x21\x11"));

        async Task StopAsync(string begin)
        {
            await using var client = await RawConnection.ConnectAsync(PortOf(node, listener));
            if (begin.Length > 0) await client.SendAsync(begin);
            Assert.Equal("", await client.ReadToEndAsync().WaitAsync(s_limit));
        }
    }

    [Theory]
    [InlineData("imap")]
    [InlineData("imaps")]
    [InlineData("pop3")]
    [InlineData("pop3s")]
    [InlineData("managesieve")]
    [InlineData("lmtp")]
    public async Task A_browser_gets_nothing_that_it_sent_carried_out(string listener)
    {
        await using var node = await StartAsync("auth.allow-plaintext=true");
        await node.AddUserAsync(Alice);
        // What a page can make a browser send: a request whose body has the protocol's commands.
        var command = listener[..4] switch
        {
            "imap" => $"a LOGIN {Alice} {NodeProcess.Password}\r\n",
            "pop3" => $"USER {Alice}\r\nPASS {NodeProcess.Password}\r\n",
            "lmtp" => $"LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<{Alice}>\r\nDATA\r\nSubject: forged\r\n\r\n.\r\n",
            _ => "NOOP\r\n",
        };
        await using var client = await RawConnection.ConnectAsync(PortOf(node, listener));
        if (listener.EndsWith('s')) await client.BeginTlsAsync();
        await client.ReadUntilAsync("\r\n");
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: mail.example.com:143\r\nContent-Length: {command.Length}\r\n\r\n{command}");
        var said = await client.ReadToEndAsync().WaitAsync(s_limit);
        Assert.DoesNotContain("a OK", said, StringComparison.Ordinal);
        Assert.DoesNotContain("250 ", said, StringComparison.Ordinal);
        Assert.DoesNotContain($"user=<{Alice}>", node.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("imap", "b LOGIN alice@example.com x\r\n")]
    [InlineData("pop3", "USER alice@example.com\r\n")]
    [InlineData("managesieve", "LOGOUT\r\n")]
    [InlineData("lmtp", "LHLO injected\r\n")]
    public async Task What_comes_with_STARTTLS_before_the_handshake_is_never_run(string listener, string injected)
    {
        await using var node = await StartAsync("listeners.lmtp.tls=starttls");
        await using var client = await RawConnection.ConnectAsync(PortOf(node, listener));
        await client.ReadUntilAsync("\r\n");
        if (listener == "managesieve") await client.ReadUntilAsync("OK ");
        await client.SendAsync(StartTls(listener) + injected);
        var said = await client.ReadToEndAsync().WaitAsync(s_limit);
        Assert.DoesNotContain("b NO", said, StringComparison.Ordinal);
        Assert.DoesNotContain("injected", said, StringComparison.Ordinal);
        Assert.DoesNotContain("250", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("imap", "a LOGIN alice@example.com correct-horse-battery\r\n", "PRIVACYREQUIRED")]
    [InlineData("imap", "a AUTHENTICATE PLAIN AGFsaWNlAHg=\r\n", "PRIVACYREQUIRED")]
    [InlineData("pop3", "USER alice@example.com\r\n", "-ERR")]
    [InlineData("managesieve", "AUTHENTICATE \"PLAIN\" \"AGFsaWNlAHg=\"\r\n", "ENCRYPT-NEEDED")]
    public async Task Whoever_takes_STARTTLS_out_of_the_list_gets_no_password_taken(string listener, string login, string refusal)
    {
        await using var node = await StartAsync();
        await node.AddUserAsync(Alice);
        await using var client = await RawConnection.ConnectAsync(PortOf(node, listener));
        await client.ReadUntilAsync(listener == "managesieve" ? "OK " : "\r\n");
        await client.SendAsync(login);
        Assert.Contains(refusal, await client.ReadUntilAsync(refusal).WaitAsync(s_limit), StringComparison.Ordinal);
        Assert.DoesNotContain("login:", node.Log, StringComparison.Ordinal);
    }

    private static string StartTls(string listener) => listener switch
    {
        "imap" => "a STARTTLS\r\n",
        "pop3" => "STLS\r\n",
        _ => "STARTTLS\r\n",
    };

    private static async Task StartTlsAsync(RawConnection client, string listener)
    {
        await client.ReadUntilAsync(listener == "managesieve" ? "OK " : "\r\n");
        if (listener == "managesieve") await client.ReadUntilAsync("\r\n");
        if (listener == "lmtp")
        {
            await client.SendAsync("LHLO x\r\n");
            await client.ReadUntilAsync("250 ");
            await client.ReadUntilAsync("\r\n");
        }

        await client.SendAsync(StartTls(listener));
        await client.ReadUntilAsync("\r\n");
    }

    private static async Task<(string State, string Said)> StopAsync(NodeProcess node, string listener, string greeting, string[] steps)
    {
        await using var client = await RawConnection.ConnectAsync(PortOf(node, listener));
        if (listener.EndsWith('s')) await client.BeginTlsAsync();
        await client.ReadUntilAsync(greeting);
        for (var step = 0; step < steps.Length; step++)
        {
            if (step % 2 == 0) await client.SendAsync(steps[step]);
            else await client.ReadUntilAsync(steps[step]);
        }

        return ($"{listener} {string.Concat(steps)}", await client.ReadToEndAsync());
    }

    private static async Task TrySendAsync(RawConnection connection, string text)
    {
        try
        {
            await connection.SendAsync(text);
        }
        catch (IOException)
        {
            // Closed meanwhile; its reader has seen it.
        }
    }

    private static async Task RequireNobodyIsLeftAsync(NodeProcess node)
    {
        await Cluster.Wait.UntilAsync(
            async () => (await node.CtlAsync("--format", "json", "who")).Output.Trim() is "[]", () => "nobody is connected any more");
    }

    private static int PortOf(NodeProcess node, string listener) => listener switch
    {
        "imap" => node.ImapPort,
        "imaps" => node.ImapsPort,
        "pop3" => node.Pop3Port,
        "pop3s" => node.Pop3sPort,
        "managesieve" => node.ManageSievePort,
        _ => node.LmtpPort,
    };

    private Task<NodeProcess> StartAsync(params string[] settings) => NodeProcess.StartAsync(
        _folder.Path, ["timeouts.login=5 s", "timeouts.handshake=1 s", "timeouts.idle-delivery=10 s", "auth.failure-delay=0 s", .. settings]);
}
