using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;
using MailCluster.Sieve.Syntax;

namespace MailCluster.Sieve.Commands;

/// <summary>address (RFC 5228 §5.1), with subaddress (RFC 5233), index (RFC 5260 §6) and mime (RFC 5703 §4).</summary>
internal static class AddressTest
{
    /// <summary>Fields that hold addresses; RFC 5228 §5.1 has the test refuse others, in which nothing would be found.</summary>
    private static readonly HashSet<string> s_fields = new(StringComparer.OrdinalIgnoreCase)
    {
        "from", "to", "cc", "bcc", "sender", "reply-to", "resent-from", "resent-to", "resent-cc", "resent-bcc", "resent-sender", "resent-reply-to", "return-path",
        "delivered-to", "x-original-to", "envelope-to", "errors-to", "apparently-to", "disposition-notification-to", "return-receipt-to", "mail-followup-to",
        "mail-reply-to", "x-envelope-to", "x-envelope-from", "x-forwarded-to", "x-forwarded-for", "abuse-reports-to", "x-complaints-to", "x-report-abuse-to",
        "original-recipient", "final-recipient", "for-approval", "for-comment", "for-handling", "approved", "x-delivered-to", "x-rcpt-to", "x-sender", "x-from", "x-to",
    };

    private static readonly HashSet<string> s_never = new(StringComparer.OrdinalIgnoreCase) { "subject", "date", "message-id", "received", "list-id", "content-type" };

    internal static CommandSpec Spec { get; } = new()
    {
        Name = "address",
        Kind = CommandKind.Test,
        Tags = [.. Tags.Match, .. Tags.AddressPart, .. Tags.Index, .. Tags.Mime],
        Positional = [ArgumentKind.Strings, ArgumentKind.Strings],
        Usage = $"address {Tags.MatchUsage} [:all / :localpart / :domain / :user / :detail] [:index <n> [:last]] <header-names> <keys>",
        Emit = static (command, script) =>
        {
            CheckFields(command.Strings(0), script);
            var names = script.HeaderNames(command.Strings(0));
            var keys = script.Strings(command.Strings(1));
            var part = ScriptCompiler.AddressPartOf(command);
            var match = script.Match(command, command.Strings(1));
            script.CheckAddressKeys(command.Strings(1), part, match.Type);
            script.Op(OpCode.Address, command.Offset).Match(match).Number((ulong)part)
                .Number((ulong)script.HeaderBitsOf(command)).Id(names).Optional(script.Index(command)).Id(keys);
        },
    };

    private static void CheckFields(StringListNode names, ScriptCompiler script)
    {
        foreach (var node in names.Strings)
        {
            if (script.TryConstant(node) is not { } name || s_fields.Contains(name) || !ScriptCompiler.IsHeaderName(name))
                continue;
            if (s_never.Contains(name))
                script.Diagnostics.Error(node.Offset, $"the field \"{name}\" holds no addresses", "use the header test");
            else
                script.Diagnostics.Warning(node.Offset, $"the field \"{name}\" is not known to hold addresses", "if it does not, use the header test");
        }
    }
}
