using System.Text;
using MailCluster.Auth.Templates;

namespace MailCluster.Auth.Drivers.Sql;

/// <summary>
/// A configured query, with its variables made into parameters: nothing that a client sent ever becomes part of the text. A quoted
/// literal with variables, <c>'%u'</c> or <c>'%n@example.com'</c>, is one parameter as a whole, so queries written for Dovecot mean the same.
/// A percent sign of SQL (LIKE, modulo) is written <c>%%</c>.
/// </summary>
internal sealed class SqlStatement
{
    private readonly List<Template> _parameters = [];

    private SqlStatement(string text) => Text = text;

    /// <summary>The text with the engine's place-holders.</summary>
    public string Text { get; private set; }

    public int ParameterCount => _parameters.Count;

    /// <summary>Reads a query.</summary>
    /// <param name="query">As configured.</param>
    /// <param name="placeHolder">The engine's place-holder of parameter 1, 2, …</param>
    /// <param name="allowsPassword">True where the client's password may be a parameter.</param>
    /// <param name="hasBackslashEscapes">True for MySQL, whose literals know <c>\'</c>.</param>
    /// <exception cref="FormatException">A variable is unknown or stands where no value can, or a quote is not closed.</exception>
    public static SqlStatement Parse(string query, Func<int, string> placeHolder, bool allowsPassword, bool hasBackslashEscapes)
    {
        var statement = new SqlStatement("");
        var text = new StringBuilder();
        for (var i = 0; i < query.Length;)
        {
            var end = query[i] switch
            {
                '\'' or '"' or '`' => QuotedEnd(query, i, hasBackslashEscapes),
                '%' => VariableEnd(query, i),
                _ => i + 1,
            };
            var token = query[i..end];
            switch (query[i])
            {
                case '\'' when Template.Parse(token[1..^1].Replace("''", "'", StringComparison.Ordinal), allowsPassword) is { } literal:
                    if (hasBackslashEscapes && !literal.IsConstant && token.Contains('\\', StringComparison.Ordinal))
                        throw new FormatException($"a literal with variables cannot have escapes: {token}");
                    if (literal.IsConstant) text.Append(token.Replace("%%", "%", StringComparison.Ordinal));
                    else text.Append(placeHolder(statement.Add(literal)));
                    break;
                case '"' or '`' when !Template.Parse(token, allowsPassword).IsConstant:
                    throw new FormatException($"a variable cannot be a name: {token}");
                case '%' when token == "%%":
                    text.Append('%');
                    break;
                case '%':
                    text.Append(placeHolder(statement.Add(Template.Parse(token, allowsPassword))));
                    break;
                default:
                    text.Append(token.Replace("%%", "%", StringComparison.Ordinal));
                    break;
            }

            i = end;
        }

        statement.Text = text.ToString();
        return statement;
    }

    /// <summary>The parameters' values, in order.</summary>
    public string[] Values(AuthVariables variables) => [.. _parameters.Select(parameter => parameter.Expand(variables))];

    private int Add(Template parameter)
    {
        _parameters.Add(parameter);
        return _parameters.Count;
    }

    private static int QuotedEnd(string query, int start, bool hasBackslashEscapes)
    {
        var quote = query[start];
        for (var i = start + 1; i < query.Length; i++)
        {
            if (query[i] == '\\' && hasBackslashEscapes && quote != '`') i++;
            else if (query[i] == quote && i + 1 < query.Length && query[i + 1] == quote) i++;
            else if (query[i] == quote) return i + 1;
        }

        throw new FormatException($"the quote {quote} is not closed");
    }

    private static int VariableEnd(string query, int start)
    {
        if (start + 1 >= query.Length) throw new FormatException("a single % at the end; write %% for a percent sign");
        if (query[start + 1] == '{')
        {
            var end = query.IndexOf('}', start);
            return end < 0 ? throw new FormatException("%{ without }") : end + 1;
        }

        return query[start + 1] is 'L' or 'U' && start + 2 < query.Length ? start + 3 : start + 2;
    }
}
