using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Commands;

/// <summary>notify, valid_notify_method, notify_method_capability (RFC 5435), by mail (RFC 5436), with a copy (RFC 8580).</summary>
internal static class NotifyCommands
{
    internal static IReadOnlyList<CommandSpec> All { get; } =
    [
        new()
        {
            Name = "notify", Kind = CommandKind.Action, Extension = "enotify",
            Tags =
            [
                new("from", ArgumentKind.String), new("importance", ArgumentKind.String), new("options", ArgumentKind.Strings), new("message", ArgumentKind.String), .. Tags.Fcc,
            ],
            Positional = [ArgumentKind.String],
            Usage = "notify [:from <string>] [:importance <\"1\" / \"2\" / \"3\">] [:options <strings>] [:message <string>] [:fcc <mailbox>] <method>;",
            Emit = Notify,
        },
        new()
        {
            Name = "valid_notify_method", Kind = CommandKind.Test, Extension = "enotify", Positional = [ArgumentKind.Strings], Usage = "valid_notify_method <notification-uris>",
            Emit = static (command, script) =>
            {
                var uris = script.Strings(command.Strings(0));
                script.Op(OpCode.ValidNotifyMethod, command.Offset).Id(uris);
            },
        },
        new()
        {
            Name = "notify_method_capability", Kind = CommandKind.Test, Extension = "enotify", Tags = Tags.Match,
            Positional = [ArgumentKind.String, ArgumentKind.String, ArgumentKind.Strings],
            Usage = $"notify_method_capability {Tags.MatchUsage} <notification-uri> <capability> <keys>",
            Emit = static (command, script) =>
            {
                var uri = script.String(command.String(0));
                var capability = script.String(command.String(1));
                var keys = script.Strings(command.Strings(2));
                script.Op(OpCode.NotifyMethodCapability, command.Offset).Match(script.Match(command, command.Strings(2))).Id(uri).Id(capability).Id(keys);
            },
        },
    ];

    private static void Notify(BoundCommand command, ScriptCompiler script)
    {
        if (command.StringOf("importance") is { } node && script.TryConstant(node) is { } level && level is not ("1" or "2" or "3"))
            script.Diagnostics.Error(node.Offset, $"\"{level}\" is no importance", "write \"1\" (high), \"2\" (normal) or \"3\" (low)");
        if (script.TryConstant(command.String(0)) is { } uri && uri.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) && !MailtoUri.TryParse(uri, out _))
            script.Diagnostics.Error(command.String(0).Offset, $"\"{uri}\" is no mailto URI that a notification can be sent to", "write mailto:user@example.com");
        foreach (var option in command.StringsOf("options")?.Strings ?? [])
        {
            if (script.TryConstant(option) is { } text && text.IndexOf('=', StringComparison.Ordinal) <= 0)
                script.Diagnostics.Error(option.Offset, $"\"{text}\" is no option", "options are written \"name=value\"");
        }

        var method = script.String(command.String(0));
        var from = script.OptionalString(command.StringOf("from"));
        var importance = script.OptionalString(command.StringOf("importance"));
        var options = script.OptionalStrings(command.StringsOf("options"));
        var message = script.OptionalString(command.StringOf("message"));
        script.Op(OpCode.Notify, command.Offset).Id(method).Id(from).Id(importance).Id(options).Id(message);
        script.Fcc(command);
    }
}
