using System.Buffers;
using System.Collections.Immutable;
using System.Text;

namespace MailCluster.ManageSieve.Commands;

/// <summary>All commands.</summary>
internal static class CommandTable
{
    public static ImmutableArray<ManageSieveCommand> All { get; } =
    [
        new AuthenticateCommand(),
        new CapabilityCommand(),
        new CheckScriptCommand(),
        new DeleteScriptCommand(),
        new GetScriptCommand(),
        new HaveSpaceCommand(),
        new ListScriptsCommand(),
        new LogoutCommand(),
        new NoopCommand(),
        new PutScriptCommand(),
        new RenameScriptCommand(),
        new SetActiveCommand(),
        new StartTlsCommand(),
        new UnauthenticateCommand(),
    ];

    /// <summary>The command of that name, in any case.</summary>
    public static ManageSieveCommand? Find(in ReadOnlySequence<byte> name)
    {
        Span<byte> bytes = stackalloc byte[Wire.WireLimits.CommandBytesMax];
        if (name.Length > bytes.Length)
            return null;
        name.CopyTo(bytes);
        bytes = bytes[..(int)name.Length];
        foreach (var command in All)
        {
            if (Ascii.EqualsIgnoreCase(bytes, command.Name))
                return command;
        }

        return null;
    }
}
