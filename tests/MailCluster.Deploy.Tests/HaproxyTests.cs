using System.Text.RegularExpressions;
using MailCluster.Deploy.Tests.Support;

namespace MailCluster.Deploy.Tests;

public sealed partial class HaproxyTests
{
    [Fact]
    public async Task HAProxy_takes_its_configuration()
    {
        using var folder = new TemporaryFolder();
        // Names of nodes are known inside the compose network only.
        var here = Name().Replace(Repository.Read("deploy/haproxy/haproxy.cfg"), "$1 127.0.0.1:");
        var result = await Tool.RequireAsync("haproxy", ["-c", "-f", folder.Write("haproxy.cfg", here)]);
        Assert.DoesNotContain("[WARNING]", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_frontends_that_wait_for_their_listeners_are_right_too()
    {
        using var folder = new TemporaryFolder();
        var text = Name().Replace(Waiting().Replace(Repository.Read("deploy/haproxy/haproxy.cfg"), "$1"), "$1 127.0.0.1:");
        Assert.Contains("\nfrontend managesieve\n", text, StringComparison.Ordinal);
        Assert.Contains("\n    default_backend managesieve\n", text, StringComparison.Ordinal);
        Assert.Contains("\n    default_backend pop3s\n", Repository.Read("deploy/haproxy/haproxy.cfg"), StringComparison.Ordinal);
        await Tool.RequireAsync("haproxy", ["-c", "-f", folder.Write("haproxy.cfg", text)]);
    }

    [GeneratedRegex("(server node[0-9]) node[0-9]:")]
    private static partial Regex Name();

    [GeneratedRegex("^# ((?:frontend |backend |    bind |    default_backend |    server ).*)$", RegexOptions.Multiline)]
    private static partial Regex Waiting();
}
