using System.Buffers;

namespace MailCluster.Auth.Users;

/// <summary>What may be stored of an account, in whatever database: what a line of a passwd-file can hold, so that accounts can move between them.</summary>
internal static class AccountFields
{
    private static readonly SearchValues<char> KeySeparators = SearchValues.Create(" \t\r\n=:\0");
    private static readonly SearchValues<char> ValueSeparators = SearchValues.Create(" \t\r\n\0");

    /// <exception cref="ArgumentException">The id is not canonical, or a field cannot be stored.</exception>
    public static void Check(string account, IReadOnlyDictionary<string, string>? fields)
    {
        if (!UserName.TryParse(account, out var canonical, out var error))
            throw new ArgumentException($"the user name {error}", nameof(account));
        if (canonical != account) throw new ArgumentException("the account id is not canonical", nameof(account));
        foreach (var (key, value) in fields ?? new Dictionary<string, string>())
        {
            if (key.Length == 0 || key.AsSpan().ContainsAny(KeySeparators) || value.AsSpan().ContainsAny(ValueSeparators))
                throw new ArgumentException(
                    $"the field {LogText.Escape(key)} or its value has a blank, a line end or a separator", nameof(fields));
        }
    }
}
