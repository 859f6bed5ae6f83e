using MailCluster.Pop3.Tests.Support;
using MailCluster.Testing;

namespace MailCluster.Pop3.Tests.Session;

/// <summary>All scripted conversations, over a connection in memory and over a socket, line by line, byte by byte and all at once.</summary>
public sealed class ScriptTests
{
    public static TheoryData<string> Scripts() => [.. Pop3Script.Names()];

    public static TheoryData<string> PipelinedScripts() => [.. Pop3Script.Names().Where(static name => Pop3Script.Load(name).MayBePipelined)];

    [Theory]
    [MemberData(nameof(Scripts))]
    public Task Conversation(string name) => PlayAsync(name, byteByByte: false);

    [Theory]
    [MemberData(nameof(Scripts))]
    public Task Conversation_one_byte_at_a_time(string name) => PlayAsync(name, byteByByte: true);

    [Theory]
    [MemberData(nameof(PipelinedScripts))]
    public async Task Conversation_all_at_once(string name)
    {
        var script = Pop3Script.Load(name);
        await using var pop3 = await StartAsync(script);
        using var client = pop3.Connect(script.Tls);
        await Pop3ScriptRunner.PlayPipelinedAsync(script, client);
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Conversation_over_a_socket(string name)
    {
        var script = Pop3Script.Load(name);
        await using var pop3 = await StartAsync(script);
        await using var server = await SocketServer.StartAsync(pop3.Handler(script.Tls));
        using var client = await server.ConnectAsync();
        await Pop3ScriptRunner.PlayAsync(script, client);
    }

    [Fact]
    public void Every_capability_has_a_conversation()
    {
        string[] announced =
        [
            "TOP", "UIDL", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "UTF8", "LANG", "STLS", "USER", "SASL", "EXPIRE", "LOGIN-DELAY", "IMPLEMENTATION",
        ];
        Assert.Empty(announced.Except(Pop3Script.Names().SelectMany(static name => Pop3Script.Load(name).Capabilities)));
    }

    private static async Task PlayAsync(string name, bool byteByByte)
    {
        var script = Pop3Script.Load(name);
        await using var pop3 = await StartAsync(script);
        using var client = new Pop3Client(new InMemoryConnection().Start(pop3.Handler(script.Tls))) { IsByteByByte = byteByByte };
        await Pop3ScriptRunner.PlayAsync(script, client);
    }

    private static async Task<Pop3Fixture> StartAsync(Pop3Script script)
    {
        var pop3 = await Pop3Fixture.StartAsync(script.Options, script.AllowPlaintext);
        if (script.Messages.Count > 0)
            await pop3.DeliverAsync([.. script.Messages]);
        return pop3;
    }
}
