using MailCluster.Node.Hosting;

namespace MailCluster.Node.Tests.Hosting;

public sealed class FileBudgetTests
{
    [Theory]
    [InlineData(1_048_576, 50_000, 50_000)]
    [InlineData(20_000, 50_000, 15_000)]
    [InlineData(4_096, 50_000, 3_072)]
    [InlineData(1_024, 50_000, 512)]
    [InlineData(1_024, 100, 100)]
    [InlineData(300, 100, 16)]
    public void Connections_never_take_the_last_open_files(long files, int wanted, int connections)
    {
        var budget = FileBudget.Of(files, wanted);

        Assert.Equal(connections, budget.Connections);
        Assert.True(budget.Connections + budget.SpoolFiles < files);
    }

    [Fact]
    public void Without_a_limit_the_configuration_counts() => Assert.Equal(50_000, FileBudget.Of(null, 50_000).Connections);

    [Fact]
    public void The_system_says_how_many_files_there_may_be()
    {
        if (!OperatingSystem.IsWindows())
            Assert.InRange(UnixProcess.OpenFilesMax() ?? 0, 64, int.MaxValue);
    }
}
