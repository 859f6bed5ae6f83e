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
    public void Every_protocol_of_clients_has_its_frontend()
    {
        var text = Repository.Read("deploy/haproxy/haproxy.cfg");
        Assert.Contains("\nfrontend managesieve\n", text, StringComparison.Ordinal);
        Assert.Contains("\n    default_backend managesieve\n", text, StringComparison.Ordinal);
        Assert.Contains("\n    default_backend pop3s\n", text, StringComparison.Ordinal);
    }

    [GeneratedRegex("(server node[0-9]) node[0-9]:")]
    private static partial Regex Name();
}
