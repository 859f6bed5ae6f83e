using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;
using MailCluster.Sieve.Syntax;

namespace MailCluster.Sieve.Commands;

/// <summary>setflag, addflag, removeflag, hasflag (RFC 5232). Variables in the place of the internal list need the variables extension.</summary>
internal static class FlagCommands
{
    internal static IReadOnlyList<CommandSpec> All { get; } =
    [
        Make("setflag", FlagChange.Set), Make("addflag", FlagChange.Add), Make("removeflag", FlagChange.Remove),
        new()
        {
            Name = "hasflag", Kind = CommandKind.Test, Extension = "imap4flags", Tags = Tags.Match,
            Positional = [ArgumentKind.Strings, ArgumentKind.Strings], OptionalCount = 1,
            Usage = $"hasflag {Tags.MatchUsage} [<variable-names>] <list-of-flags>",
            Emit = static (command, script) =>
            {
                var variables = command.HasPositional(0) ? Variables(command.Strings(0), script) : null;
                var keys = script.Strings(command.Strings(1));
                script.Op(OpCode.HasFlag, command.Offset).Match(script.Match(command, command.Strings(1))).Id(variables).Id(keys);
            },
        },
    ];

    private static CommandSpec Make(string name, FlagChange change) => new()
    {
        Name = name,
        Kind = CommandKind.Action,
        Extension = "imap4flags",
        Positional = [ArgumentKind.String, ArgumentKind.Strings],
        OptionalCount = 1,
        Usage = $"{name} [<variable-name>] <list-of-flags>;",
        Emit = (command, script) =>
        {
            var variable = command.HasPositional(0) && HasVariables(command.String(0), script) ? script.WritableVariable(command.String(0)) : null;
            var flags = script.Flags(command.Strings(1));
            script.Op(OpCode.Flags, command.Offset).Number((ulong)change).Id(variable).Id(flags);
        },
    };

    private static int? Variables(StringListNode names, ScriptCompiler script)
    {
        var ids = new List<int>();
        foreach (var node in names.Strings)
        {
            if (HasVariables(node, script) && script.WritableVariable(node) is { } id)
                ids.Add(id);
        }

        return script.Code.List(ids);
    }

    /// <summary>RFC 5232 §2: without variables there is only the internal list.</summary>
    private static bool HasVariables(StringNode node, ScriptCompiler script)
    {
        if (script.Extensions.TryUse("variables"))
            return true;
        script.Diagnostics.Error(node.Offset, "flags are kept in variables only if that extension is required", script.Extensions.HowToEnable("variables"));
        return false;
    }
}
