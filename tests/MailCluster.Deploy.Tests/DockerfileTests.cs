using System.Text.RegularExpressions;
using MailCluster.Deploy.Tests.Support;

namespace MailCluster.Deploy.Tests;

/// <summary>What can be said of the image without building it; tests/soak/compose builds it.</summary>
public sealed partial class DockerfileTests
{
    private static readonly string Text = Repository.Read("deploy/Dockerfile");

    internal static string User { get; } = Instruction("USER");

    [Fact]
    public void It_runs_without_rights_and_stops_gently()
    {
        Assert.Matches("^[1-9][0-9]*:[1-9][0-9]*$", User);
        Assert.Equal("SIGTERM", Instruction("STOPSIGNAL"));
        Assert.Equal("""["mailcluster"]""", Instruction("ENTRYPOINT"));
    }

    [Fact]
    public void The_health_check_asks_the_configuration_that_is_served()
    {
        Assert.Equal("""["serve", "--config", "/etc/mailcluster/cluster.hocon"]""", Instruction("CMD"));
        Assert.EndsWith("""CMD ["mailcluster", "health", "--config", "/etc/mailcluster/cluster.hocon"]""", Instruction("HEALTHCHECK"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_exposes_the_ports_of_the_defaults()
    {
        using var folder = new TemporaryFolder();
        var settings = await NodeSettings.ReadAsync(folder, "/empty.hocon", new Dictionary<string, string> { ["/empty.hocon"] = "" }, new Dictionary<string, string>());
        string[] ports = [.. new[] { "imap", "imaps", "pop3", "pop3s", "managesieve", "lmtp", "http" }.Select(name => settings[$"listeners.{name}.port"]), settings["cluster.listen.port"]];
        Assert.Equal(ports, Instruction("EXPOSE").Split(' '));
    }

    [Fact]
    public void What_it_copies_is_in_the_context()
    {
        var ignored = Repository.Read(".dockerignore").Split('\n');
        foreach (Match copy in Copies().Matches(Text))
        {
            foreach (var source in copy.Groups[1].Value.Split(' ')[..^1])
            {
                Assert.True(Path.Exists(Repository.At(source)), source);
                Assert.Contains($"!{source}", ignored);
            }
        }
        Assert.Equal(2, Copies().Count(Text));
    }

    /// <summary>Of the last stage, which is the image.</summary>
    private static string Instruction(string word)
    {
        var stage = Text[Text.LastIndexOf("\nFROM", StringComparison.Ordinal)..].Replace("\\\n", "", StringComparison.Ordinal);
        return Assert.Single(stage.Split('\n'), line => line.StartsWith(word + " ", StringComparison.Ordinal))[(word.Length + 1)..];
    }

    [GeneratedRegex("^COPY (?!--from)(.*)$", RegexOptions.Multiline)]
    private static partial Regex Copies();
}
