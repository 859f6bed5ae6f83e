using System.Text;

namespace MailCluster.Lmtp.Commands;

/// <summary>The table of all commands.</summary>
internal static class LmtpCommands
{
    public static IReadOnlyList<LmtpCommand> All { get; } =
    [
        new MailCommand(),
        new RcptCommand(),
        new DataCommand(),
        new BdatCommand(),
        new LhloCommand(),
        new RsetCommand(),
        new NoopCommand(),
        new QuitCommand(),
        new StartTlsCommand(),
        new VrfyCommand(),
        new HelpCommand(),
        new HeloCommand("HELO"),
        new HeloCommand("EHLO"),
    ];

    public static LmtpCommand? Find(ReadOnlySpan<byte> verb)
    {
        foreach (var command in All)
        {
            if (Ascii.EqualsIgnoreCase(verb, command.Verb))
                return command;
        }

        return null;
    }
}
