using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;
using MailCluster.Sieve.Syntax;

namespace MailCluster.Sieve.Commands;

/// <summary>envelope (RFC 5228 §5.4), with envelope-dsn and envelope-deliverby (RFC 6009 §2 and §4).</summary>
internal static class EnvelopeTest
{
    /// <summary>The parts, and what has to be required for them besides envelope. Their places are their numbers.</summary>
    internal static IReadOnlyList<(string Name, string? Extension)> Parts { get; } =
    [
        ("from", null), ("to", null), ("auth", null), ("notify", "envelope-dsn"), ("orcpt", "envelope-dsn"), ("ret", "envelope-dsn"), ("envid", "envelope-dsn"),
        ("bytimerelative", "envelope-deliverby"), ("bytimeabsolute", "envelope-deliverby"), ("bymode", "envelope-deliverby"), ("bytrace", "envelope-deliverby"),
    ];

    internal static CommandSpec Spec { get; } = new()
    {
        Name = "envelope",
        Kind = CommandKind.Test,
        Extension = "envelope",
        Tags =
        [
            .. Tags.Match, .. Tags.AddressPart,
            new("zone", ArgumentKind.String, "envelope-deliverby", "zone"), new("originalzone", null, "envelope-deliverby", "zone"),
        ],
        Positional = [ArgumentKind.Strings, ArgumentKind.Strings],
        Usage = $"envelope {Tags.MatchUsage} [:all / :localpart / :domain / :user / :detail] <envelope-parts> <keys>",
        Emit = static (command, script) =>
        {
            var hasPart = command.Has("all") || command.Has("localpart") || command.Has("domain") || command.Has("user") || command.Has("detail");
            foreach (var node in command.Strings(0).Strings)
                CheckPart(node, hasPart, script);
            var parts = script.Strings(command.Strings(0));
            var keys = script.Strings(command.Strings(1));
            var zone = script.OptionalString(command.StringOf("zone"));
            var part = ScriptCompiler.AddressPartOf(command);
            var match = script.Match(command, command.Strings(1));
            if (command.Strings(0).Strings.All(node => script.TryConstant(node)?.ToUpperInvariant() is "FROM" or "TO"))
                script.CheckAddressKeys(command.Strings(1), part, match.Type);
            script.Op(OpCode.Envelope, command.Offset).Match(match).Number((ulong)part).Id(parts).Id(zone)
                .Number((ulong)(command.Has("originalzone") ? DateBits.OriginalZone : DateBits.None)).Id(keys);
        },
    };

    private static void CheckPart(StringNode node, bool hasAddressPart, ScriptCompiler script)
    {
        if (script.TryConstant(node) is not { } name)
            return;
        var known = Parts.FirstOrDefault(part => string.Equals(part.Name, name, StringComparison.OrdinalIgnoreCase));
        if (known.Name is null)
        {
            // RFC 5228 §5.4: unknown parts are an error if they are known to be unknown.
            var nearest = Suggestions.Nearest(name, Parts.Select(static part => part.Name));
            script.Diagnostics.Error(node.Offset, $"the envelope has no part \"{name}\"", nearest is null ? "the parts are from, to and auth" : $"did you mean \"{nearest}\"?");
        }
        else if (!script.Extensions.TryUse(known.Extension))
        {
            script.Diagnostics.Error(node.Offset, $"the part \"{name}\" is of an extension that is not required", script.Extensions.HowToEnable(known.Extension!));
        }
        else if (hasAddressPart && name.ToUpperInvariant() is not ("FROM" or "TO" or "AUTH" or "ORCPT"))
        {
            script.Diagnostics.Error(node.Offset, $"the part \"{name}\" is no address", "leave out :all, :localpart, :domain, :user or :detail");
        }
    }
}
