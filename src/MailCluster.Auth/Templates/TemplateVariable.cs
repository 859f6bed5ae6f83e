namespace MailCluster.Auth.Templates;

/// <summary>One variable of a template with its filters, as in <c>%{user | username | upper}</c>.</summary>
internal sealed class TemplateVariable
{
    /// <summary>Dovecot 2.3's letters and long names, and 2.4's names.</summary>
    private static readonly Dictionary<string, Func<AuthVariables, string>> Names = new(StringComparer.Ordinal)
    {
        ["user"] = static v => v.Account,
        ["username"] = static v => LocalPart(v.Account),
        ["domain"] = static v => DomainPart(v.Account),
        ["service"] = static v => v.Protocol,
        ["protocol"] = static v => v.Protocol,
        ["remote_ip"] = static v => AuthVariables.Show(v.Context?.RemoteAddress),
        ["local_ip"] = static v => AuthVariables.Show(v.Context?.LocalAddress),
        ["mechanism"] = static v => v.Mechanism,
        ["login_user"] = static v => v.LoginUser,
        ["login_username"] = static v => LocalPart(v.LoginUser),
        ["login_domain"] = static v => DomainPart(v.LoginUser),
        ["session"] = static v => v.Context?.SessionId ?? "",
        ["secured"] = static v => v.Context is { IsSecure: true } ? "secured" : "",
        [Password] = static v => v.Password ?? "",
    };

    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["u"] = "user",
        ["n"] = "username",
        ["d"] = "domain",
        ["s"] = "service",
        ["r"] = "remote_ip",
        ["rip"] = "remote_ip",
        ["l"] = "local_ip",
        ["lip"] = "local_ip",
        ["m"] = "mechanism",
        ["mech"] = "mechanism",
        ["w"] = Password,
        ["c"] = "secured",
        ["auth_user"] = "user",
        ["auth_username"] = "username",
        ["auth_domain"] = "domain",
    };

    private const string Password = "password";

    private readonly Func<AuthVariables, string> _value;
    private readonly List<Func<string, string>> _filters = [];

    private TemplateVariable(Func<AuthVariables, string> value, bool isPassword, string? attribute = null)
    {
        _value = value;
        IsPassword = isPassword;
        Attribute = attribute;
    }

    /// <summary>The lower-case LDAP attribute that it stands for, or null.</summary>
    public string? Attribute { get; }

    /// <summary>True for the password that the client sent.</summary>
    public bool IsPassword { get; }

    public string Expand(AuthVariables variables)
    {
        var text = _value(variables);
        foreach (var filter in _filters) text = filter(text);
        return text;
    }

    /// <summary>Reads what stands between the braces.</summary>
    /// <exception cref="FormatException">An unknown variable or filter.</exception>
    public static TemplateVariable Parse(string text)
    {
        var words = text.Split('|', StringSplitOptions.TrimEntries);
        var variable = Named(words[0]);
        foreach (var word in words.AsSpan(1)) variable._filters.Add(Filter(word));
        return variable;
    }

    /// <summary>Reads a letter with 2.3's modifiers before it: <c>u</c>, <c>Lu</c>, <c>Ud</c>.</summary>
    /// <exception cref="FormatException">An unknown letter.</exception>
    public static TemplateVariable ParseLetters(char? modifier, char letter)
    {
        var variable = Named(letter.ToString());
        if (modifier is { } change) variable._filters.Add(Filter(change == 'L' ? "lower" : "upper"));
        return variable;
    }

    private static TemplateVariable Named(string name)
    {
        foreach (var prefix in (ReadOnlySpan<string>)["passdb:", "userdb:"])
        {
            if (!name.StartsWith(prefix, StringComparison.Ordinal)) continue;
            var field = name[prefix.Length..];
            return new TemplateVariable(v => v.Fields.GetValueOrDefault(field) ?? v.Fields.GetValueOrDefault($"userdb_{field}") ?? "", isPassword: false);
        }

        if (name.StartsWith("ldap:", StringComparison.Ordinal) && name[5..].ToLowerInvariant() is var first)
            return new TemplateVariable(v => v.Attributes?.GetValueOrDefault(first) is [var value, ..] ? value : "", isPassword: false, first);
        if (name.StartsWith("ldap_multi:", StringComparison.Ordinal) && name[11..].ToLowerInvariant() is var all)
            return new TemplateVariable(v => string.Join(',', v.Attributes?.GetValueOrDefault(all) ?? []), isPassword: false, all);
        var full = Aliases.GetValueOrDefault(name, name);
        return Names.TryGetValue(full, out var value)
            ? new TemplateVariable(value, full == Password)
            : throw new FormatException($"unknown variable %{{{name}}}; known are {string.Join(", ", Names.Keys.Order(StringComparer.Ordinal))}, passdb:NAME, userdb:NAME");
    }

    private static Func<string, string> Filter(string word)
    {
        switch (word)
        {
            case "lower": return static text => text.ToLowerInvariant();
            case "upper": return static text => text.ToUpperInvariant();
            case "username": return LocalPart;
            case "domain": return DomainPart;
        }

        if (word.StartsWith("default(", StringComparison.Ordinal) && word.EndsWith(')'))
        {
            var standard = word[8..^1].Trim('\'', '"');
            return text => text.Length == 0 ? standard : text;
        }

        throw new FormatException($"unknown filter {word}; known are lower, upper, username, domain, default('…')");
    }

    private static string LocalPart(string name) => name.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at ? name[..at] : name;

    private static string DomainPart(string name) => name.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at ? name[(at + 1)..] : "";
}
