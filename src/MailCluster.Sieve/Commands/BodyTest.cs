using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Commands;

/// <summary>body (RFC 5173).</summary>
internal static class BodyTest
{
    internal static CommandSpec Spec { get; } = new()
    {
        Name = "body",
        Kind = CommandKind.Test,
        Extension = "body",
        Tags = [.. Tags.Match, new("raw", Group: "transform"), new("content", ArgumentKind.Strings, null, "transform"), new("text", Group: "transform")],
        Positional = [ArgumentKind.Strings],
        Usage = $"body {Tags.MatchUsage} [:raw / :content <content-types> / :text] <keys>",
        Emit = static (command, script) =>
        {
            var transform = command.Has("raw") ? BodyTransform.Raw : command.Has("content") ? BodyTransform.Content : BodyTransform.Text;
            var types = script.OptionalStrings(command.StringsOf("content"));
            var keys = script.Strings(command.Strings(0));
            script.Op(OpCode.Body, command.Offset).Match(script.Match(command, command.Strings(0))).Number((ulong)transform).Id(types).Id(keys);
        },
    };
}
