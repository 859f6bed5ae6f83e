using System.Data.Common;
using System.Globalization;

namespace MailCluster.Node.Configuration;

/// <summary>
/// The two ways in which people write where a PostgreSQL is: key words as ADO.NET has them (<c>Host=db;Database=mail</c>), and the URI of libpq, which
/// operators of Kubernetes put into their secrets (<c>postgresql://user:password@host:5432/mail?sslmode=require</c>). The driver knows the first.
/// </summary>
internal static class PostgresConnection
{
    private const string Password = "Password";

    /// <summary>libpq's parameters that have another name here. The rest, such as <c>timezone</c>, is the same but for the spelling.</summary>
    private static readonly Dictionary<string, string> s_names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["connect_timeout"] = "Timeout",
        ["application_name"] = "Application Name",
        ["target_session_attrs"] = "Target Session Attributes",
        ["options"] = "Options",
    };

    /// <summary>Key words, with the password in them if there is one.</summary>
    /// <exception cref="FormatException">It is neither form; the message says what was expected and repeats nothing of a secret.</exception>
    public static string Compose(string connection, string? password)
    {
        var words = IsUri(connection) ? OfUri(connection) : OfWords(connection);
        if (!words.ContainsKey("Host") && !words.ContainsKey("Server"))
        {
            throw new FormatException("expected a host: \"Host=db.example.org;…\" or \"postgresql://db.example.org/…\"");
        }
        if (password is not null)
        {
            words[Password] = password;
        }
        return words.ConnectionString;
    }

    private static bool IsUri(string text) =>
        text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    private static DbConnectionStringBuilder OfWords(string text)
    {
        try
        {
            return new DbConnectionStringBuilder { ConnectionString = text };
        }
        catch (ArgumentException)
        {
            throw new FormatException("expected key words as in \"Host=db.example.org;Database=mailcluster;Username=mailcluster\", or a postgresql:// address");
        }
    }

    private static DbConnectionStringBuilder OfUri(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            throw new FormatException("expected one host in \"postgresql://user@host:port/database\"; several hosts are written as \"Host=a,b;…\"");
        }
        var words = new DbConnectionStringBuilder { ["Host"] = uri.Host.Trim('[', ']') };
        if (uri.Port > 0)
        {
            words["Port"] = uri.Port.ToString(CultureInfo.InvariantCulture);
        }
        var user = uri.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
        {
            words["Username"] = Uri.UnescapeDataString(user[0]);
        }
        if (user.Length == 2)
        {
            words[Password] = Uri.UnescapeDataString(user[1]);
        }
        if (uri.AbsolutePath.Trim('/') is { Length: > 0 } database)
        {
            words["Database"] = Uri.UnescapeDataString(database);
        }
        foreach (var parameter in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = parameter.Split('=', 2) is [var left, var right] ? (left, right) : (parameter, "");
            words[s_names.GetValueOrDefault(name, name)] = Spelled(name, Uri.UnescapeDataString(value));
        }
        return words;
    }

    /// <summary>verify-full is VerifyFull here.</summary>
    private static string Spelled(string name, string value) =>
        name.Equals("sslmode", StringComparison.OrdinalIgnoreCase) || name.Equals("target_session_attrs", StringComparison.OrdinalIgnoreCase)
            ? value.Replace("-", "", StringComparison.Ordinal)
            : value;
}
