using System.Text;

namespace MailCluster.Auth.Templates;

/// <summary>
/// Text with variables: <c>%u %n %d</c> and <c>%{user | lower}</c>, as Dovecot 2.3 and 2.4 write them; <c>%%</c> is a percent sign. Read once,
/// so that a mistake is told at the start and not at somebody's log-in.
/// </summary>
public sealed class Template
{
    private readonly List<Part> _parts;

    private Template(string source, List<Part> parts)
    {
        Source = source;
        _parts = parts;
    }

    /// <summary>The text as configured.</summary>
    public string Source { get; }

    internal IReadOnlyList<Part> Parts => _parts;

    /// <summary>True when nothing varies.</summary>
    public bool IsConstant => _parts.TrueForAll(static part => part.Variable is null);

    /// <summary>The lower-case LDAP attributes that it needs.</summary>
    internal IEnumerable<string> Attributes => _parts.Select(static part => part.Variable?.Attribute).OfType<string>();

    /// <summary>Says why the text is no template, or null when it is one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="allowsPassword">True where the password that the client sent may be used.</param>
    public static string? Problem(string text, bool allowsPassword = false)
    {
        try
        {
            _ = Parse(text, allowsPassword);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    /// <summary>Reads a template.</summary>
    /// <exception cref="FormatException">It has an unknown variable or filter, or no end.</exception>
    public static Template Parse(string text, bool allowsPassword = false)
    {
        var parts = new List<Part>();
        var literal = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                literal.Append(text[i]);
                continue;
            }

            if (++i == text.Length) throw new FormatException("a single % at the end; write %% for a percent sign");
            if (text[i] == '%')
            {
                literal.Append('%');
                continue;
            }

            var variable = ReadVariable(text, ref i);
            if (variable.IsPassword && !allowsPassword) throw new FormatException("the password cannot be used here");
            if (literal.Length > 0) parts.Add(new Part(literal.ToString(), null));
            literal.Clear();
            parts.Add(new Part("", variable));
        }

        if (literal.Length > 0) parts.Add(new Part(literal.ToString(), null));
        return new Template(text, parts);
    }

    /// <summary>The text with each variable's value put through <paramref name="escape"/>.</summary>
    internal string Expand(AuthVariables variables, Func<string, string>? escape = null)
    {
        var builder = new StringBuilder();
        foreach (var (text, variable) in _parts)
        {
            if (variable is null) builder.Append(text);
            else builder.Append(escape is null ? variable.Expand(variables) : escape(variable.Expand(variables)));
        }

        return builder.ToString();
    }

    private static TemplateVariable ReadVariable(string text, ref int i)
    {
        if (text[i] == '{')
        {
            var end = text.IndexOf('}', i);
            if (end < 0) throw new FormatException("%{ without }");
            var variable = TemplateVariable.Parse(text[(i + 1)..end]);
            i = end;
            return variable;
        }

        char? modifier = null;
        if (text[i] is 'L' or 'U' && i + 1 < text.Length) modifier = text[i++];
        return TemplateVariable.ParseLetters(modifier, text[i]);
    }

    /// <summary>Either text or a variable.</summary>
    internal readonly record struct Part(string Text, TemplateVariable? Variable);

    /// <inheritdoc/>
    public override string ToString() => Source;
}
