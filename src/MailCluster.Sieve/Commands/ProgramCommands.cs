using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;
using MailCluster.Sieve.Syntax;

namespace MailCluster.Sieve.Commands;

/// <summary>pipe, filter and execute: programs that the operator has configured (vnd.dovecot.pipe, .filter, .execute). The last two are tests as well.</summary>
internal static class ProgramCommands
{
    internal static IReadOnlyList<CommandSpec> All { get; } =
    [
        new()
        {
            Name = "pipe", Kind = CommandKind.Action, Extension = "vnd.dovecot.pipe", Tags = [new("copy", null, "copy"), new("try")],
            Positional = [ArgumentKind.String, ArgumentKind.Strings], OptionalCount = 1, OptionalAtEnd = true,
            Usage = "pipe [:copy] [:try] <program> [<arguments>];",
            Emit = static (command, script) =>
            {
                if (Program(command.String(0), script) is not { } program)
                    return;
                var arguments = Arguments(command, script);
                var bits = (command.Has("copy") ? ActionBits.Copy : 0) | (command.Has("try") ? ActionBits.Try : 0);
                script.Op(OpCode.Pipe, command.Offset).Number((ulong)bits).Id(program).Id(arguments);
            },
        },
        new()
        {
            Name = "filter", Kind = CommandKind.Action | CommandKind.Test, Extension = "vnd.dovecot.filter",
            Positional = [ArgumentKind.String, ArgumentKind.Strings], OptionalCount = 1, OptionalAtEnd = true,
            Usage = "filter <program> [<arguments>]",
            Emit = static (command, script) =>
            {
                if (Program(command.String(0), script) is not { } program)
                    return;
                var arguments = Arguments(command, script);
                script.Op(OpCode.Filter, command.Offset).Number(0).Id(program).Id(arguments);
            },
        },
        new()
        {
            Name = "execute", Kind = CommandKind.Action | CommandKind.Test, Extension = "vnd.dovecot.execute",
            Tags = [new("input", ArgumentKind.String, null, "input"), new("pipe", Group: "input"), new("output", ArgumentKind.String, "variables")],
            Positional = [ArgumentKind.String, ArgumentKind.Strings], OptionalCount = 1, OptionalAtEnd = true,
            Usage = "execute [:input <string> / :pipe] [:output <variable>] <program> [<arguments>]",
            Emit = static (command, script) =>
            {
                if (Program(command.String(0), script) is not { } program)
                    return;
                var input = script.OptionalString(command.StringOf("input"));
                var output = command.StringOf("output") is { } name ? script.WritableVariable(name) : null;
                var arguments = Arguments(command, script);
                script.Op(OpCode.Execute, command.Offset).Number((ulong)(command.Has("pipe") ? ActionBits.PipeMessage : 0)).Id(input).Id(output).Id(program).Id(arguments);
            },
        },
    ];

    /// <summary>The name of a program is no path, and no variable can make it one.</summary>
    private static int? Program(StringNode node, ScriptCompiler script)
    {
        if (script.ConstantOf(node, "the name of a program") is not { } name)
            return null;
        if (name.Length is > 0 and <= 128 && !name.Contains('/', StringComparison.Ordinal) && name is not ("." or "..") && !name.Any(static c => char.IsControl(c) || c is '\u2028' or '\u2029'))
            return script.Code.Constant(name);
        script.Diagnostics.Error(node.Offset, $"\"{name}\" is no name of a program", "it has up to 128 characters, without slashes and control characters");
        return null;
    }

    private static int? Arguments(BoundCommand command, ScriptCompiler script) => command.HasPositional(1) ? script.Strings(command.Strings(1)) : null;
}
