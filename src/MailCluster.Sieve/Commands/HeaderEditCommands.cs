using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;
using MailCluster.Sieve.Syntax;

namespace MailCluster.Sieve.Commands;

/// <summary>addheader and deleteheader (RFC 5293).</summary>
internal static class HeaderEditCommands
{
    internal static IReadOnlyList<CommandSpec> All { get; } =
    [
        new()
        {
            Name = "addheader", Kind = CommandKind.Action, Extension = "editheader", Tags = [new("last")], Positional = [ArgumentKind.String, ArgumentKind.String],
            Usage = "addheader [:last] <field-name> <value>;",
            Emit = static (command, script) =>
            {
                CheckField(command.String(0), script);
                var name = script.String(command.String(0));
                var value = script.String(command.String(1));
                script.Op(OpCode.AddHeader, command.Offset).Number(command.Has("last") ? 1UL : 0).Id(name).Id(value).Id(Protected(script));
            },
        },
        new()
        {
            Name = "deleteheader", Kind = CommandKind.Action, Extension = "editheader",
            Tags = [.. Tags.Match, new("index", ArgumentKind.Number), new("last")],
            Positional = [ArgumentKind.String, ArgumentKind.Strings], OptionalCount = 1, OptionalAtEnd = true,
            Usage = $"deleteheader [:index <n> [:last]] {Tags.MatchUsage} <field-name> [<value-patterns>];",
            Emit = static (command, script) =>
            {
                CheckField(command.String(0), script);
                var patterns = command.HasPositional(1) ? command.Strings(1) : null;
                var name = script.String(command.String(0));
                var keys = script.OptionalStrings(patterns);
                script.Op(OpCode.DeleteHeader, command.Offset).Match(script.Match(command, patterns)).Number((ulong)(command.Has("last") ? HeaderBits.Last : 0))
                    .Optional(script.Index(command)).Id(name).Id(keys).Id(Protected(script));
            },
        },
    ];

    /// <summary>The fields that the script may not edit go into the program: names may come out of variables.</summary>
    private static int Protected(ScriptCompiler script) =>
        script.Code.List([.. ProtectedFields.Of(script.Options, script.Scope).Select(script.Code.Constant)]);

    private static void CheckField(StringNode node, ScriptCompiler script)
    {
        script.CheckHeaderName(node, isError: true);
        if (script.TryConstant(node) is { } name && ProtectedFields.Of(script.Options, script.Scope).Contains(name, StringComparer.OrdinalIgnoreCase))
            script.Diagnostics.Warning(node.Offset, $"scripts do not edit the field \"{name}\"; the command does nothing", null);
    }
}
