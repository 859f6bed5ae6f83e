using MailCluster.Auth.Drivers;
using MailCluster.Hocon.Binding;

namespace MailCluster.Node.Configuration;

/// <summary>
/// Keys of entries in a list. Such an entry is the operator's alone: what it leaves out has no line in the reference file to come from, and
/// stands here instead; cluster.hocon names it in the comment of the list.
/// </summary>
internal static class OptionalKeys
{
    public static string? TextOrNull(this HoconSection section, string key, Func<string, string?>? check = null) =>
        section.HasOptional(key) ? section.Text(key, check) : null;

    public static bool BooleanOr(this HoconSection section, string key, bool standard) => section.HasOptional(key) ? section.Boolean(key) : standard;

    public static int IntegerOr(this HoconSection section, string key, int standard, int min, int max) =>
        section.HasOptional(key) ? section.Integer(key, min, max) : standard;

    public static TimeSpan TimeoutOr(this HoconSection section, TimeSpan standard) =>
        section.HasOptional("timeout") ? section.Duration("timeout", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5)) : standard;

    public static TimeSpan DurationOr(this HoconSection section, string key, TimeSpan standard, TimeSpan min, TimeSpan max) =>
        section.HasOptional(key) ? section.Duration(key, min, max) : standard;

    /// <summary>The first word's value when the key is not there.</summary>
    public static T ChoiceOr<T>(this HoconSection section, string key, params ReadOnlySpan<(string Word, T Value)> words) =>
        section.HasOptional(key) ? section.Choice(key, words) : words[0].Value;

    public static IReadOnlyList<string> TextsOrNone(this HoconSection section, string key) => section.HasOptional(key) ? section.Texts(key) : [];

    /// <summary>Texts as a list that compares by content.</summary>
    public static FieldList ListOrNone(this HoconSection section, string key) =>
        new(section.TextsOrNone(key).Select(static text => new KeyValuePair<string, string>(text, "")));

    public static FieldList FieldsOrNone(this HoconSection section, string key, Func<string, string?>? check = null) =>
        section.HasOptional(key) ? new FieldList(section.TextMap(key, check)) : FieldList.None;

    /// <summary>A secret, from the key or from the file that <c>key-file</c> names.</summary>
    public static string? SecretOrNull(this HoconSection section, string key)
    {
        if (section.HasOptional(key + "-file") && section.HasOptional(key)) section.Fault(key + "-file", $"expected either {key} or {key}-file, found both");
        if (!section.HasOptional(key + "-file")) return section.HasOptional(key) ? section.Secret(key) : null;
        var file = section.Text(key + "-file");
        if (section.HasOptional(key)) return section.Secret(key);
        try
        {
            return File.ReadAllText(file).TrimEnd('\r', '\n') is { Length: > 0 } secret ? secret : throw new IOException("it is empty");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            section.Fault(key + "-file", $"expected a readable file: {error.Message}");
            return "";
        }
    }

    /// <summary>The full path of a file that must be there.</summary>
    public static string? FileOrNull(this HoconSection section, string key)
    {
        if (section.TextOrNull(key) is not { Length: > 0 } path) return null;
        if (!File.Exists(path)) section.Fault(key, $"expected a readable file, found no file {Path.GetFullPath(path)}");
        return Path.GetFullPath(path);
    }
}
