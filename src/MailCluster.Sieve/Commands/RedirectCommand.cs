using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;
using MailCluster.Sieve.Syntax;

namespace MailCluster.Sieve.Commands;

/// <summary>redirect (RFC 5228 §4.2), with copy (RFC 3894), DSN and deliver-by parameters (RFC 6009 §3 and §5), lists (RFC 6134 §2.5).</summary>
internal static class RedirectCommand
{
    internal static CommandSpec Spec { get; } = new()
    {
        Name = "redirect",
        Kind = CommandKind.Action,
        Tags =
        [
            new("copy", null, "copy"), new("list", null, "extlists"), new("notify", ArgumentKind.String, "redirect-dsn"), new("ret", ArgumentKind.String, "redirect-dsn"),
            new("bytimerelative", ArgumentKind.Number, "redirect-deliverby", "bytime"), new("bytimeabsolute", ArgumentKind.String, "redirect-deliverby", "bytime"),
            new("bymode", ArgumentKind.String, "redirect-deliverby"), new("bytrace", null, "redirect-deliverby"),
        ],
        Positional = [ArgumentKind.String],
        Usage = "redirect [:copy] [:notify <value>] [:ret <value>] [:bytimerelative <seconds> / :bytimeabsolute <date> [:bymode <mode>] [:bytrace]] [:list] <address>;",
        Emit = static (command, script) =>
        {
            if (!command.Has("list"))
                script.CheckAddress(command.String(0), "mail can be sent to");
            Check(command.StringOf("notify"), static text => RedirectParameters.Notify(text) is not null, "NEVER, or a list of SUCCESS, FAILURE and DELAY", script);
            Check(command.StringOf("ret"), static text => RedirectParameters.Return(text) is not null, "FULL or HDRS", script);
            Check(command.StringOf("bymode"), static text => RedirectParameters.IsNotify(text) is not null, "\"notify\" or \"return\"", script);
            Check(command.StringOf("bytimeabsolute"), static text => DateParts.TryParseIso8601(text, out _), "a date such as 2026-11-26T12:00:00+01:00", script);
            if ((command.Has("bymode") || command.Has("bytrace")) && !command.Has("bytimerelative") && !command.Has("bytimeabsolute"))
                script.Diagnostics.Error(command.OffsetOf(command.Has("bymode") ? "bymode" : "bytrace"), "the mode has no meaning without a time", "add :bytimerelative or :bytimeabsolute");
            var address = script.String(command.String(0));
            var notify = script.OptionalString(command.StringOf("notify"));
            var ret = script.OptionalString(command.StringOf("ret"));
            var at = script.OptionalString(command.StringOf("bytimeabsolute"));
            var mode = script.OptionalString(command.StringOf("bymode"));
            var bits = (command.Has("copy") ? ActionBits.Copy : 0) | (command.Has("list") ? ActionBits.List : 0) | (command.Has("bytrace") ? ActionBits.ByTrace : 0);
            script.Op(OpCode.Redirect, command.Offset).Number((ulong)bits).Id(address).Id(notify).Id(ret)
                .Optional(command.NumberOf("bytimerelative")).Id(at).Id(mode);
        },
    };

    private static void Check(StringNode? node, Func<string, bool> isGood, string form, ScriptCompiler script)
    {
        if (node is { } given && script.TryConstant(given) is { } text && !isGood(text))
            script.Diagnostics.Error(given.Offset, $"\"{text}\" cannot stand here", $"write {form}");
    }
}
