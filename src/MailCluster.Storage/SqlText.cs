using System.Collections.Frozen;

namespace MailCluster.Storage;

/// <summary>
/// Reads the SQL files that are embedded in the assembly. A family file holds several statements, each after a line
/// <c>-- name: Name</c>; a migration file is one script.
/// </summary>
internal static class SqlText
{
    private const string NameMark = "-- name:";

    /// <param name="engine">The folder of the engine: <c>Sqlite</c> or <c>Postgres</c>.</param>
    /// <param name="file">The file in its folder <c>Sql</c>.</param>
    public static string Script(string engine, string file)
    {
        var resource = $"MailCluster.Storage.{engine}.Sql.{file}";
        using var stream = typeof(SqlText).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The SQL file {resource} is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>The statements of one family by name.</summary>
    public static FrozenDictionary<string, string> Family(string engine, string file)
    {
        var statements = new Dictionary<string, string>(StringComparer.Ordinal);
        string? name = null;
        foreach (var line in Script(engine, file).Split('\n'))
        {
            if (line.StartsWith(NameMark, StringComparison.Ordinal))
            {
                name = line[NameMark.Length..].Trim();
                statements.Add(name, string.Empty);
            }
            else if (name is not null && !line.StartsWith("--", StringComparison.Ordinal))
            {
                statements[name] += line + "\n";
            }
        }

        return statements.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
