using MailCluster.Imap.Session;
using MailCluster.Imap.Tests.Scripting;

namespace MailCluster.Imap.Tests.Session;

/// <summary>All scripted conversations, sent as they are and byte by byte.</summary>
public sealed class ScriptTests
{
    public static TheoryData<string> Scripts() => [.. ImapScript.Names()];

    /// <summary>Without those about commands that come together: byte by byte they would not, and other sessions' news would be told elsewhere.</summary>
    public static TheoryData<string> DivisibleScripts() =>
        [.. ImapScript.Names().Where(static name => !name.EndsWith(".whole.imap", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Scripts))]
    public Task Conversation(string script) => PlayAsync(script, byteByByte: false);

    [Theory]
    [MemberData(nameof(DivisibleScripts))]
    public Task Conversation_one_byte_at_a_time(string script) => PlayAsync(script, byteByByte: true);

    [Fact]
    public void Every_capability_has_a_conversation()
    {
        var covered = ImapScript.Names().SelectMany(static name => ImapScript.Load(name).Capabilities).ToHashSet();
        var missing = ImapCapabilities.All.Select(static capability => capability.Name).Append("APPENDLIMIT").Append("IMAPSIEVE").Append("AUTH=PLAIN").Append("AUTH=LOGIN")
            .Where(name => !covered.Contains(name));
        Assert.Empty(missing);
    }

    private static async Task PlayAsync(string name, bool byteByByte)
    {
        await using var runner = new ScriptRunner(ImapScript.Load(name), byteByByte);
        await runner.RunAsync();
    }
}
