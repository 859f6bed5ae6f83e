using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Commands;

/// <summary>include, return and global (RFC 6609).</summary>
internal static class IncludeCommands
{
    internal static IReadOnlyList<CommandSpec> All { get; } =
    [
        new()
        {
            Name = "include", Kind = CommandKind.Control, Extension = "include", Positional = [ArgumentKind.String],
            Tags = [new("personal", Group: "location"), new("global", Group: "location"), new("once"), new("optional")],
            Usage = "include [:personal / :global] [:once] [:optional] <script-name>;",
            Emit = static (command, script) =>
            {
                if (script.ConstantOf(command.String(0), "the name of a script") is not { } name)
                    return;
                if (ScriptName.WhyNot(name) is { } why)
                    script.Diagnostics.Error(command.String(0).Offset, $"\"{name}\" is no name of a script: {why}", null);

                var bits = (command.Has("global") ? IncludeBits.Global : 0) | (command.Has("once") ? IncludeBits.Once : 0) | (command.Has("optional") ? IncludeBits.Optional : 0);
                var id = script.Code.Constant(name);
                script.Op(OpCode.Include, command.Offset).Number((ulong)bits).Id(id);
            },
        },
        new()
        {
            Name = "return", Kind = CommandKind.Control, Extension = "include", Usage = "return;",
            Emit = static (command, script) => script.Op(OpCode.Return, command.Offset),
        },
        new()
        {
            Name = "global", Kind = CommandKind.Control, Extension = "include", Positional = [ArgumentKind.Strings], Usage = "global <variable-names>;",
            Emit = static (command, script) =>
            {
                if (!script.Extensions.TryUse("variables"))
                    script.Diagnostics.Error(command.Offset, "'global' needs variables", script.Extensions.HowToEnable("variables"));
                foreach (var name in command.Strings(0).Strings)
                    script.DeclareGlobal(name);
            },
        },
    ];
}
