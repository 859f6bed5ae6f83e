using MailCluster.Auth.Users;

namespace MailCluster.Auth.PassDb.PasswdFile;

/// <summary>
/// One line of a passwd-file: <c>user:password:uid:gid:gecos:home:shell:extra fields</c>. Later fields may be missing; the extra fields
/// are separated by blanks and may hold colons.
/// </summary>
internal sealed class PasswdEntry
{
    private const int ExtraField = 7;

    private PasswdEntry(string account, string password, string extra)
    {
        Password = password;
        User = new UserInfo(account, ReadFields(extra));
    }

    /// <summary>
    /// The stored password, <c>{SCHEME}data</c>; empty or beginning with <c>*</c> or <c>!</c> when no password opens the account.
    /// </summary>
    public string Password { get; }

    public UserInfo User { get; }

    /// <summary>False for a locked account, in the manner of /etc/shadow.</summary>
    public bool HasPassword => Password.Length > 0 && Password[0] is not ('*' or '!');

    /// <summary>Reads a line. False for a comment or blank line (error null) and for one that makes no sense (error says why).</summary>
    public static bool TryParse(string line, out PasswdEntry? entry, out string? error)
    {
        entry = null;
        error = null;
        if (string.IsNullOrWhiteSpace(line) || line[0] == '#') return false;
        var fields = line.Split(':', ExtraField + 1);
        if (!UserName.TryParse(fields[0], out var account, out var problem))
        {
            error = $"the user name {problem}";
            return false;
        }
        entry = new PasswdEntry(account, fields.Length > 1 ? fields[1] : "", fields.Length > ExtraField ? fields[ExtraField] : "");
        return true;
    }

    /// <summary>Writes a new line.</summary>
    public static string Format(string account, string stored, IReadOnlyDictionary<string, string>? fields)
    {
        var extra = fields is null ? "" : string.Join(' ', fields.Select(f => f.Value.Length == 0 ? f.Key : $"{f.Key}={f.Value}"));
        return extra.Length == 0 ? $"{account}:{stored}::::::" : $"{account}:{stored}::::::{extra}";
    }

    /// <summary>The line with another password; everything else stays as it is.</summary>
    public static string WithPassword(string line, string stored)
    {
        var fields = line.Split(':', 3);
        return fields.Length == 3 ? $"{fields[0]}:{stored}:{fields[2]}" : $"{fields[0]}:{stored}::::::";
    }

    private static Dictionary<string, string> ReadFields(string extra)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var word in extra.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) fields[word] = "";
            else if (equals > 0) fields[word[..equals]] = word[(equals + 1)..];
        }
        return fields;
    }
}
