using MailCluster.Auth.Chains;
using MailCluster.Auth.Drivers;
using MailCluster.Auth.Templates;
using MailCluster.Hocon.Binding;

namespace MailCluster.Node.Configuration;

/// <summary>Reads an entry of <c>auth.passdbs</c> or <c>auth.userdbs</c>: its part in the chain here, its driver's keys beside.</summary>
internal static partial class DatabaseReader
{
    private static readonly (string, ChainRule)[] s_rules =
    [
        ("return-ok", ChainRule.ReturnOk), ("return-fail", ChainRule.ReturnFail), ("return", ChainRule.Return), ("continue", ChainRule.Continue),
        ("continue-ok", ChainRule.ContinueOk), ("continue-fail", ChainRule.ContinueFail),
    ];

    public static PassDbOptions ReadPassDb(HoconSection section)
    {
        var database = ReadDatabase(section, isPassDb: true);
        var rules = ReadRules(section);
        if (section.BooleanOr("pass", false))
        {
            // Dovecot: the master's password was right; now an ordinary database must know the user.
            rules = rules with { OnSuccess = ChainRule.Continue };
        }
        var options = new PassDbOptions
        {
            Database = database,
            Rules = rules,
            SkipWhen = section.ChoiceOr("skip", ("never", ChainSkip.Never), ("authenticated", ChainSkip.AfterSuccess), ("unauthenticated", ChainSkip.BeforeSuccess)),
            Deny = section.BooleanOr("deny", false),
            Master = section.BooleanOr("master", false),
            IsCached = section.BooleanOr("cache", true),
            Mechanisms = [.. section.TextsOrNone("mechanisms").Select(static name => name.ToUpperInvariant())],
            UsernameFilter = section.TextsOrNone("username-filter"),
            UsernameFormat = section.TextOrNull("auth-username-format", IsTemplate),
            DefaultFields = section.FieldsOrNone("default-fields", IsTemplate).ToDictionary(),
            OverrideFields = section.FieldsOrNone("override-fields", IsTemplate).ToDictionary(),
        };
        if (options is { Deny: true, Master: true })
        {
            section.Fault("deny", "expected either deny or master, found both");
        }
        return options;
    }

    public static UserDbOptions ReadUserDb(HoconSection section) => new()
    {
        Database = ReadDatabase(section, isPassDb: false),
        Rules = ReadRules(section),
        SkipWhen = section.ChoiceOr("skip", ("never", ChainSkip.Never), ("found", ChainSkip.AfterSuccess), ("notfound", ChainSkip.BeforeSuccess)),
        UsernameFormat = section.TextOrNull("auth-username-format", IsTemplate),
        DefaultFields = section.FieldsOrNone("default-fields", IsTemplate).ToDictionary(),
        OverrideFields = section.FieldsOrNone("override-fields", IsTemplate).ToDictionary(),
    };

    private static ChainRules ReadRules(HoconSection section) => new(
        section.HasOptional("result-success") ? section.Choice<ChainRule>("result-success", s_rules) : ChainRules.Default.OnSuccess,
        section.HasOptional("result-failure") ? section.Choice<ChainRule>("result-failure", s_rules) : ChainRules.Default.OnFailure,
        section.HasOptional("result-internalerror") ? section.Choice<ChainRule>("result-internalerror", s_rules) : ChainRules.Default.OnInternalError);

    private static string? IsTemplate(string text) => Template.Problem(text) is { } problem ? $"a template ({problem})" : null;
}
