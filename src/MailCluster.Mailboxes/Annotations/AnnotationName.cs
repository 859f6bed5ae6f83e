using System.Diagnostics.CodeAnalysis;

namespace MailCluster.Mailboxes;

/// <summary>
/// The name of an annotation of a folder or of the account's server as a whole (RFC 5464 §3.2): <c>/private/…</c> or <c>/shared/…</c>. Names are compared
/// without case, so they are kept in lower case. Made only by <see cref="TryCreate"/>, so that a value is always a valid name.
/// </summary>
public readonly record struct AnnotationName : IComparable<AnnotationName>
{
    /// <summary>The longest name, in characters, which are ASCII. RFC 5464 says nothing; names in use have less than a hundred.</summary>
    public const int LengthMax = 256;

    internal const string Private = "/private";
    internal const string Shared = "/shared";
    private const string Vendor = "/vendor/";

    private AnnotationName(string value) => Value = value;

    /// <summary>A way to reach whoever runs the server, a URI; always read-only (RFC 5464 §3.2.1.1).</summary>
    public static AnnotationName ServerAdmin { get; } = new("/shared/admin");

    /// <summary>A comment on the server, or on a folder (RFC 5464 §3.2.1).</summary>
    public static AnnotationName SharedComment { get; } = new("/shared/comment");

    /// <summary>In lower case.</summary>
    public string Value { get; }

    /// <summary>
    /// Makes a name, or says why not. Refused: whatever <see cref="AnnotationPath"/> refuses, less than two components, and less than four below
    /// <c>/private/vendor</c> and <c>/shared/vendor</c>.
    /// </summary>
    public static bool TryCreate(string name, out AnnotationName annotation, [NotNullWhen(false)] out string? problem)
    {
        annotation = default;
        if (!AnnotationPath.TryCreate(name, out var path, out problem))
            return false;
        problem = Problem(path.Value);
        if (problem is null)
            annotation = new AnnotationName(path.Value);
        return problem is null;
    }

    /// <exception cref="ArgumentException">The name is not one that <see cref="TryCreate"/> takes.</exception>
    public static AnnotationName Create(string name) =>
        TryCreate(name, out var annotation, out var problem) ? annotation : throw new ArgumentException(problem, nameof(name));

    /// <summary>Order of a list: by code unit.</summary>
    public int CompareTo(AnnotationName other) => string.CompareOrdinal(Value, other.Value);

    public static bool operator <(AnnotationName left, AnnotationName right) => left.CompareTo(right) < 0;

    public static bool operator >(AnnotationName left, AnnotationName right) => left.CompareTo(right) > 0;

    public static bool operator <=(AnnotationName left, AnnotationName right) => left.CompareTo(right) <= 0;

    public static bool operator >=(AnnotationName left, AnnotationName right) => left.CompareTo(right) >= 0;

    public override string ToString() => Value ?? "";

    private static string? Problem(string path)
    {
        var rest = path.StartsWith(Private, StringComparison.Ordinal) ? path.AsSpan(Private.Length)
            : path.StartsWith(Shared, StringComparison.Ordinal) ? path.AsSpan(Shared.Length)
            : default;
        if (rest.IsEmpty)
            return "An annotation's name has something after /private or /shared.";
        if (rest is "/vendor" || (rest.StartsWith(Vendor, StringComparison.Ordinal) && !rest[Vendor.Length..].Contains('/')))
            return "An annotation's name has two components after /vendor.";
        return null;
    }
}
