namespace MailCluster.Auth.Drivers;

/// <summary>A connection text of <c>key=value</c> words separated by semicolons. Messages name keys, never values.</summary>
internal sealed class ConnectionWords
{
    private readonly Dictionary<string, string> _words = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="ArgumentException">A word has no value, or its key is not known.</exception>
    public ConnectionWords(string what, string text, params ReadOnlySpan<string> known)
    {
        foreach (var word in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw new ArgumentException($"{what}: expected words such as host=db;user=mail");
            var key = word[..equals].TrimEnd();
            if (!known.Contains(key, StringComparer.OrdinalIgnoreCase))
                throw new ArgumentException($"{what}: unknown word {LogText.Escape(key)}; known are {string.Join(", ", known.ToArray())}");
            _words[key] = word[(equals + 1)..].TrimStart();
        }
    }

    public string? this[string key] => _words.GetValueOrDefault(key);
}
