using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Commands;

/// <summary>set (RFC 5229 §4), with encodeurl (RFC 5435 §6) and quoteregex (draft-ietf-sieve-regex).</summary>
internal static class SetCommand
{
    /// <summary>Modifiers; of those of one precedence only one may be given (RFC 5229 §4.1), which is the group.</summary>
    internal static IReadOnlyList<TagSpec> ModifierTags { get; } =
    [
        new("lower", Group: "40"), new("upper", Group: "40"), new("lowerfirst", Group: "30"), new("upperfirst", Group: "30"), new("quotewildcard", Group: "20"),
        new("quoteregex", null, "regex", "20"), new("encodeurl", null, "enotify", "15"), new("length", Group: "10"),
    ];

    internal static CommandSpec Spec { get; } = new()
    {
        Name = "set",
        Kind = CommandKind.Action,
        Extension = "variables",
        Tags = [.. ModifierTags],
        Positional = [ArgumentKind.String, ArgumentKind.String],
        Usage = "set [:lower / :upper] [:lowerfirst / :upperfirst] [:quotewildcard / :quoteregex] [:encodeurl] [:length] <name> <value>;",
        Emit = static (command, script) =>
        {
            var value = script.String(command.String(1));
            if (script.WritableVariable(command.String(0)) is { } variable)
                script.Op(OpCode.Set, command.Offset).Number((ulong)ModifiersOf(command)).Id(variable).Id(value);
        },
    };

    internal static Modifiers ModifiersOf(BoundCommand command)
    {
        var modifiers = Modifiers.None;
        foreach (var tag in ModifierTags)
        {
            if (command.Has(tag.Name))
                modifiers |= Enum.Parse<Modifiers>(tag.Name, ignoreCase: true);
        }

        return modifiers;
    }
}
