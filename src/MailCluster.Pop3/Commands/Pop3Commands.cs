using System.Text;

namespace MailCluster.Pop3.Commands;

/// <summary>The table of all commands.</summary>
internal static class Pop3Commands
{
    // Those of a download first.
    public static IReadOnlyList<Pop3Command> All { get; } =
    [
        new RetrCommand(),
        new DeleCommand(),
        new TopCommand(),
        new UidlCommand(),
        new ListCommand(),
        new StatCommand(),
        new QuitCommand(),
        new NoopCommand(),
        new RsetCommand(),
        new LastCommand(),
        new UserCommand(),
        new PassCommand(),
        new AuthCommand(),
        new ApopCommand(),
        new CapaCommand(),
        new StlsCommand(),
        new Utf8Command(),
        new LangCommand(),
    ];

    public static Pop3Command? Find(ReadOnlySpan<byte> keyword)
    {
        foreach (var command in All)
        {
            if (Ascii.EqualsIgnoreCase(keyword, command.Verb))
                return command;
        }

        return null;
    }
}
