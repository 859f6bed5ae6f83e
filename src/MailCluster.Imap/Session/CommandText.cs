using MailCluster.Imap.Commands;

namespace MailCluster.Imap.Session;

/// <summary>The names of commands in logs and metrics.</summary>
internal static class CommandText
{
    private static readonly string[] Names = [.. Enum.GetNames<CommandName>().Select(static name => name.ToUpperInvariant())];

    public static string Of(CommandName name) => Names[(int)name];
}
