using System.Diagnostics.CodeAnalysis;

namespace MailCluster.Mailboxes;

/// <summary>
/// The full name of a folder in Unicode, levels separated by <c>/</c>. INBOX in any case is <c>INBOX</c>, also as the first level of a longer
/// name (RFC 9051 §5.1); all other names are case-sensitive. Made only by <see cref="TryCreate"/>, so that a value is always a valid name.
/// </summary>
public readonly record struct FolderName : IComparable<FolderName>
{
    public const char Separator = '/';

    /// <summary>The longest name, in characters.</summary>
    public const int LengthMax = 1000;

    /// <summary>The deepest tree, in levels.</summary>
    public const int LevelsMax = 32;

    private FolderName(string value) => Value = value;

    public static FolderName Inbox { get; } = new("INBOX");

    public string Value { get; }

    public bool IsInbox => Value == "INBOX";

    /// <summary>The name one level up, or null at the top.</summary>
    public FolderName? Parent => Value.LastIndexOf(Separator) is var at and > 0 ? new FolderName(Value[..at]) : null;

    /// <summary>The last level alone.</summary>
    public string Leaf => Value[(Value.LastIndexOf(Separator) + 1)..];

    /// <summary>
    /// Makes a name, or says why not. Names are kept as they come, not normalised: equal means equal code points. A trailing separator is dropped (CREATE allows it, RFC 9051 §6.3.4). Refused: empty levels, control
    /// characters (RFC 9051 §5.1), <c>*</c> and <c>%</c> (they could not be listed), lone surrogates, U+2028/2029, levels "." and "..",
    /// too many levels, too long.
    /// </summary>
    public static bool TryCreate(string name, out FolderName folder, [NotNullWhen(false)] out string? problem)
    {
        folder = default;
        if (name.EndsWith(Separator))
            name = name[..^1];
        problem = Problem(name);
        if (problem is not null)
            return false;
        var first = name.IndexOf(Separator, StringComparison.Ordinal) is var at and >= 0 ? name[..at] : name;
        folder = new FolderName(
            first.Equals("INBOX", StringComparison.OrdinalIgnoreCase) ? string.Concat("INBOX", name.AsSpan(first.Length)) : name);
        return true;
    }

    /// <exception cref="ArgumentException">The name is not one that <see cref="TryCreate"/> takes.</exception>
    public static FolderName Create(string name) =>
        TryCreate(name, out var folder, out var problem) ? folder : throw new ArgumentException(problem, nameof(name));

    public bool IsUnder(FolderName ancestor) =>
        Value.Length > ancestor.Value.Length
        && Value[ancestor.Value.Length] == Separator
        && Value.StartsWith(ancestor.Value, StringComparison.Ordinal);

    /// <summary>This name with the leading <paramref name="from"/> replaced. This must be <paramref name="from"/> or under it.</summary>
    public FolderName Rebase(FolderName from, FolderName to) => new(to.Value + Value[from.Value.Length..]);

    /// <summary>Order of a LIST: INBOX first, then by code point.</summary>
    public int CompareTo(FolderName other) =>
        IsInbox || other.IsInbox ? other.IsInbox.CompareTo(IsInbox) : string.CompareOrdinal(Value, other.Value);

    public static bool operator <(FolderName left, FolderName right) => left.CompareTo(right) < 0;

    public static bool operator >(FolderName left, FolderName right) => left.CompareTo(right) > 0;

    public static bool operator <=(FolderName left, FolderName right) => left.CompareTo(right) <= 0;

    public static bool operator >=(FolderName left, FolderName right) => left.CompareTo(right) >= 0;

    public override string ToString() => Value ?? "";

    private static string? Problem(string name)
    {
        if (name.Length == 0)
            return "A folder name must not be empty.";
        if (name.Length > LengthMax)
            return $"A folder name has at most {LengthMax} characters.";
        var levels = 1;
        var levelStart = 0;
        for (var i = 0; i <= name.Length; i++)
        {
            if (i == name.Length || name[i] == Separator)
            {
                var level = name.AsSpan(levelStart, i - levelStart);
                if (level.IsEmpty)
                    return "A folder name must not have empty levels (two separators together, or one at its beginning).";
                if (level is "." or "..")
                    return "A level of a folder name must not be '.' or '..'.";
                if (i < name.Length)
                    levels++;
                levelStart = i + 1;
                continue;
            }

            var c = name[i];
            if (char.IsControl(c) || c is '\u2028' or '\u2029')
                return "A folder name must not contain control characters.";
            if (c is '*' or '%')
                return "A folder name must not contain '*' or '%': LIST could not name it.";
            if (char.IsHighSurrogate(c) && i + 1 < name.Length && char.IsLowSurrogate(name[i + 1]))
                i++;
            else if (char.IsSurrogate(c))
                return "A folder name must be valid Unicode.";
        }

        return levels > LevelsMax ? $"A folder name has at most {LevelsMax} levels." : null;
    }
}
