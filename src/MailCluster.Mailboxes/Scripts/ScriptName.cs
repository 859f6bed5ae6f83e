using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace MailCluster.Mailboxes;

/// <summary>
/// The name of one of an account's Sieve scripts (RFC 5804 §1.6). Case-sensitive, and kept as it comes: equal means equal code points. Made only by
/// <see cref="TryCreate"/>, so that a value is always a valid name.
/// </summary>
public readonly record struct ScriptName : IComparable<ScriptName>
{
    /// <summary>The longest name, in Unicode characters. RFC 5804 §1.6 wants at least 128.</summary>
    public const int LengthMax = 256;

    /// <summary>The longest name in bytes of UTF-8; whatever is longer need not be decoded.</summary>
    public const int BytesMax = LengthMax * 4;

    private ScriptName(string value) => Value = value;

    public string Value { get; }

    /// <summary>
    /// Makes a name, or says why not. Refused: the empty name (SETACTIVE means "none" by it), control characters of both sets, U+2028 and U+2029, a byte
    /// order mark at the beginning (RFC 5198 §2), lone surrogates, too long.
    /// </summary>
    public static bool TryCreate(string name, out ScriptName script, [NotNullWhen(false)] out string? problem)
    {
        problem = Problem(name);
        script = problem is null ? new ScriptName(name) : default;
        return problem is null;
    }

    /// <exception cref="ArgumentException">The name is not one that <see cref="TryCreate"/> takes.</exception>
    public static ScriptName Create(string name) =>
        TryCreate(name, out var script, out var problem) ? script : throw new ArgumentException(problem, nameof(name));

    /// <summary>Order of a list: by code unit, the same on every machine.</summary>
    public int CompareTo(ScriptName other) => string.CompareOrdinal(Value, other.Value);

    public static bool operator <(ScriptName left, ScriptName right) => left.CompareTo(right) < 0;

    public static bool operator >(ScriptName left, ScriptName right) => left.CompareTo(right) > 0;

    public static bool operator <=(ScriptName left, ScriptName right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ScriptName left, ScriptName right) => left.CompareTo(right) >= 0;

    public override string ToString() => Value ?? "";

    private static string? Problem(string name)
    {
        if (name.Length == 0)
            return "A script name must not be empty.";
        if (name[0] == '\uFEFF')
            return "A script name must not begin with a byte order mark.";
        var length = 0;
        for (var at = 0; at < name.Length; length++)
        {
            if (!Rune.TryGetRuneAt(name, at, out var rune))
                return "A script name must be valid Unicode.";
            if (Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029)
                return "A script name must not contain control characters.";
            at += rune.Utf16SequenceLength;
        }

        return length > LengthMax ? $"A script name has at most {LengthMax} characters." : null;
    }
}
