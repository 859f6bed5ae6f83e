using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Commands;

/// <summary>The tests of RFC 5228 §5 that need no matching. Those that join tests become jumps.</summary>
internal static class BasicTests
{
    internal static IReadOnlyList<CommandSpec> All { get; } =
    [
        new() { Name = "not", Kind = CommandKind.Test, Tests = TestCount.One, Usage = "not <test>" },
        new() { Name = "allof", Kind = CommandKind.Test, Tests = TestCount.List, Usage = "allof (<test>, <test>, …)" },
        new() { Name = "anyof", Kind = CommandKind.Test, Tests = TestCount.List, Usage = "anyof (<test>, <test>, …)" },
        new() { Name = "true", Kind = CommandKind.Test, Usage = "true" },
        new() { Name = "false", Kind = CommandKind.Test, Usage = "false" },
        new()
        {
            Name = "exists", Kind = CommandKind.Test, Positional = [ArgumentKind.Strings], Tags = Tags.Mime, Usage = "exists [:mime] [:anychild] <header-names>",
            Emit = static (command, script) =>
            {
                var names = script.HeaderNames(command.Strings(0));
                script.Op(OpCode.Exists, command.Offset).Number((ulong)script.HeaderBitsOf(command)).Id(names);
            },
        },
        new()
        {
            Name = "size", Kind = CommandKind.Test, Positional = [ArgumentKind.Number], Usage = "size <:over / :under> <limit>",
            Tags = [new("over", Group: "side"), new("under", Group: "side")],
            Emit = Size,
        },
    ];

    private static void Size(BoundCommand command, ScriptCompiler script)
    {
        if (!command.Has("over") && !command.Has("under"))
            script.Diagnostics.Error(command.Offset, "'size' needs :over or :under", "usage: size :over 100K");
        script.Op(OpCode.Size, command.Offset).Number(command.Has("over") ? 1UL : 0).Number((ulong)command.Number(0));
    }
}
