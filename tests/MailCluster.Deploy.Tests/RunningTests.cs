using MailCluster.Deploy.Tests.Support;
using Xunit.Abstractions;

namespace MailCluster.Deploy.Tests;

/// <summary>
/// The services of docker-compose.yml and the pods of the StatefulSet, started as processes with the very arguments, environment, users, mounts and health checks that the
/// files give: mail in and out, a node killed, one drained. In containers the same is played by tests/soak/compose, which takes minutes to make the images.
/// </summary>
public sealed class RunningTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("compose")]
    [InlineData("pods")]
    public async Task Mail_goes_in_and_out_while_nodes_come_and_go(string what)
    {
        var result = await Tool.RequireAsync(Repository.At("tests/deploy/run"), [what, Repository.Configuration]);
        output.WriteLine(result.Output);
        Assert.Contains("all three serve again", result.Output, StringComparison.Ordinal);
    }
}
