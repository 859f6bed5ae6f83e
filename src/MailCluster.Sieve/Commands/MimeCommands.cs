using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Commands;

/// <summary>replace, enclose and extracttext (RFC 5703 §5 to §7).</summary>
internal static class MimeCommands
{
    internal static IReadOnlyList<CommandSpec> All { get; } =
    [
        new()
        {
            Name = "replace", Kind = CommandKind.Action, Extension = "replace", Positional = [ArgumentKind.String],
            Tags = [new("mime"), new("subject", ArgumentKind.String), new("from", ArgumentKind.String)],
            Usage = "replace [:mime] [:subject <string>] [:from <string>] <replacement>;",
            Emit = static (command, script) =>
            {
                if (command.StringOf("from") is { } sender)
                    script.CheckAddress(sender, "a message can come from");
                var content = script.String(command.String(0));
                var subject = script.OptionalString(command.StringOf("subject"));
                var from = script.OptionalString(command.StringOf("from"));
                script.Op(OpCode.Replace, command.Offset).Number((ulong)(command.Has("mime") ? ActionBits.Mime : 0)).Id(subject).Id(from).Id(content);
            },
        },
        new()
        {
            Name = "enclose", Kind = CommandKind.Action, Extension = "enclose", Positional = [ArgumentKind.String],
            Tags = [new("subject", ArgumentKind.String), new("headers", ArgumentKind.Strings)],
            Usage = "enclose [:subject <string>] [:headers <strings>] <text>;",
            Emit = static (command, script) =>
            {
                var text = script.String(command.String(0));
                var subject = script.OptionalString(command.StringOf("subject"));
                var headers = script.OptionalStrings(command.StringsOf("headers"));
                script.Op(OpCode.Enclose, command.Offset).Id(subject).Id(headers).Id(text);
            },
        },
        new()
        {
            Name = "extracttext", Kind = CommandKind.Action, Extension = "extracttext", Positional = [ArgumentKind.String],
            Tags = [new("first", ArgumentKind.Number), .. SetCommand.ModifierTags],
            Usage = "extracttext [:lower / :upper …] [:first <number>] <variable>;",
            Emit = ExtractText,
        },
    ];

    private static void ExtractText(BoundCommand command, ScriptCompiler script)
    {
        if (!script.Extensions.TryUse("variables"))
            script.Diagnostics.Error(command.Offset, "'extracttext' needs variables", script.Extensions.HowToEnable("variables"));
        if (!script.IsInLoop)
            script.Diagnostics.Error(command.Offset, "'extracttext' outside of foreverypart", "put it into the block of a foreverypart");
        if (script.WritableVariable(command.String(0)) is { } variable)
            script.Op(OpCode.ExtractText, command.Offset).Number((ulong)SetCommand.ModifiersOf(command)).Id(variable).Optional(command.NumberOf("first"));
    }
}
