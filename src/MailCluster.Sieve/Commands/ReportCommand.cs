using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Commands;

/// <summary>report (vnd.dovecot.report): sends a message in the format of RFC 5965.</summary>
internal static class ReportCommand
{
    private static readonly System.Buffers.SearchValues<char> s_notInToken = System.Buffers.SearchValues.Create("()<>@,;:\\\"/[]?=");

    internal static CommandSpec Spec { get; } = new()
    {
        Name = "report",
        Kind = CommandKind.Action,
        Extension = "vnd.dovecot.report",
        Tags = [new("headers_only")],
        Positional = [ArgumentKind.String, ArgumentKind.String, ArgumentKind.String],
        Usage = "report [:headers_only] <feedback-type> <message> <address>;",
        Emit = static (command, script) =>
        {
            if (script.TryConstant(command.String(0)) is { } type && !IsToken(type))
                script.Diagnostics.Error(command.String(0).Offset, $"\"{type}\" is no feedback type", "write one word, such as abuse or not-spam");
            script.CheckAddress(command.String(2), "a report can be sent to");
            var feedback = script.String(command.String(0));
            var message = script.String(command.String(1));
            var address = script.String(command.String(2));
            script.Op(OpCode.Report, command.Offset).Number(command.Has("headers_only") ? 1UL : 0).Id(feedback).Id(message).Id(address);
        },
    };

    /// <summary>A token of RFC 2045 §5.1.</summary>
    internal static bool IsToken(string text) => text.Length is > 0 and <= 128 && !text.AsSpan().ContainsAnyExceptInRange('!', '~') && !text.AsSpan().ContainsAny(s_notInToken);
}
