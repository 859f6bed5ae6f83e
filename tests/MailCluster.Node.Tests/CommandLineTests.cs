using MailCluster.Node.Commands;

namespace MailCluster.Node.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("", "Serve  False")]
    [InlineData("serve", "Serve  False")]
    [InlineData("serve --config a.hocon --set x=1 --set y=2=3", "Serve a.hocon x=1;y=2=3 False")]
    [InlineData("--config=a.hocon --set=x=1", "Serve a.hocon x=1 False")]
    [InlineData("config --all -c b", "Config b True")]
    [InlineData("health", "Health  False")]
    [InlineData("--version", "Version  False")]
    [InlineData("config --help", "Help  False")]
    public void Reads(string line, string expected)
    {
        var parsed = CommandLine.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), out _);
        Assert.NotNull(parsed);
        var settings = parsed.Settings.Count == 0 ? "" : string.Join(';', parsed.Settings) + " ";
        Assert.Equal(expected, $"{parsed.Verb} {parsed.ConfigFile}{(settings.Length > 0 ? " " + settings : " ")}{parsed.ShowAll}");
    }

    [Theory]
    [InlineData("start", "unknown argument start")]
    [InlineData("serve config", "unknown argument config")]
    [InlineData("--al", "unknown argument --al")]
    [InlineData("--all", "--all belongs to config")]
    [InlineData("migrate", "migrate needs --from")]
    [InlineData("serve --from x", "--from belongs to migrate")]
    [InlineData("migrate --from a --from b", "--from needs one DATA-DIR")]
    [InlineData("certificates --node a", "certificates needs --to")]
    [InlineData("migrate --from x --dry-run=yes", "unknown argument --dry-run=yes")]
    [InlineData("--set", "--set needs path=value")]
    [InlineData("--config", "--config needs one FILE")]
    [InlineData("--config a --config b", "--config needs one FILE")]
    public void Refuses(string line, string expected)
    {
        Assert.Null(CommandLine.Parse(line.Split(' '), out var problem));
        Assert.Equal(expected, problem);
    }
}
