using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Commands;

/// <summary>header (RFC 5228 §5.7), with index (RFC 5260 §6) and mime (RFC 5703 §4).</summary>
internal static class HeaderTest
{
    internal static CommandSpec Spec { get; } = new()
    {
        Name = "header",
        Kind = CommandKind.Test,
        Tags =
        [
            .. Tags.Match, .. Tags.Index, .. Tags.Mime,
            new("type", null, "mime", "field"), new("subtype", null, "mime", "field"), new("contenttype", null, "mime", "field"), new("param", ArgumentKind.Strings, "mime", "field"),
        ],
        Positional = [ArgumentKind.Strings, ArgumentKind.Strings],
        Usage = $"header {Tags.MatchUsage} [:index <n> [:last]] [:mime …] <header-names> <keys>",
        Emit = static (command, script) =>
        {
            var names = script.HeaderNames(command.Strings(0));
            var keys = script.Strings(command.Strings(1));
            var parameters = script.OptionalStrings(command.StringsOf("param"));
            script.Op(OpCode.Header, command.Offset).Match(script.Match(command, command.Strings(1)))
                .Number((ulong)script.HeaderBitsOf(command)).Id(names).Optional(script.Index(command)).Id(parameters).Id(keys);
        },
    };
}
