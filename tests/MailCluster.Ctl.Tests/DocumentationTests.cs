using System.CommandLine;
using MailCluster.Ctl.Commands;
using MailCluster.Ctl.Tests.Support;

namespace MailCluster.Ctl.Tests;

/// <summary>docs/mailctl.md against the program: every verb has an example, every option and exit code is named.</summary>
public sealed class DocumentationTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Programs.Root, "docs/mailctl.md"));

    [Fact]
    public void Every_verb_has_an_example() =>
        Assert.All(Verbs(CtlCommand.Root(), ""), verb => Assert.Contains($"mailctl {verb.Path}", Text, StringComparison.Ordinal));

    [Fact]
    public void Every_option_is_named()
    {
        var options = Verbs(CtlCommand.Root(), "").SelectMany(verb => verb.Command.Options).Concat(CtlCommand.Root().Options)
            .Select(option => option.Name).Where(name => name is not ("--help" or "--version")).Distinct();
        Assert.All(options, option => Assert.Contains(option, Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_exit_code_is_named()
    {
        var codes = typeof(ExitCodes).GetFields().Select(field => (int)field.GetRawConstantValue()!).ToList();
        Assert.True(codes.Count > 5);
        Assert.All(codes, code => Assert.Contains($"\n| {code} | ", Text, StringComparison.Ordinal));
    }

    private static IEnumerable<(string Path, Command Command)> Verbs(Command command, string path)
    {
        foreach (var child in command.Subcommands)
        {
            var name = $"{path}{child.Name}";
            if (child.Subcommands.Count == 0) yield return (name, child);
            foreach (var verb in Verbs(child, name + " ")) yield return verb;
        }
    }
}
