using System.Diagnostics.CodeAnalysis;

namespace MailCluster.Mailboxes;

/// <summary>
/// Where to look for annotations: a name, or a level above names, such as <c>/private/vendor</c>; the empty path is above them all. In lower case, as names are.
/// </summary>
public readonly record struct AnnotationPath
{
    private readonly string? _value;

    private AnnotationPath(string value) => _value = value;

    /// <summary>Above all names.</summary>
    public static AnnotationPath Top => default;

    public string Value => _value ?? "";

    /// <summary>
    /// Makes a path, or says why not. Refused (RFC 5464 §3.2): one that does not begin with <c>/private</c> or <c>/shared</c>, ends with a slash or has two in a
    /// row, has a character that is not ASCII, a control character, <c>*</c> or <c>%</c>, or more than <see cref="AnnotationName.LengthMax"/>.
    /// </summary>
    public static bool TryCreate(string value, out AnnotationPath path, [NotNullWhen(false)] out string? problem)
    {
        problem = Problem(value);
        path = problem is null ? new AnnotationPath(value.ToLowerInvariant()) : default;
        return problem is null;
    }

    /// <exception cref="ArgumentException">The path is not one that <see cref="TryCreate"/> takes.</exception>
    public static AnnotationPath Create(string value) =>
        TryCreate(value, out var path, out var problem) ? path : throw new ArgumentException(problem, nameof(value));

    public static AnnotationPath Of(AnnotationName name) => new(name.Value);

    /// <summary>Whether the annotation is here, or below by as many levels as <paramref name="depth"/> says (RFC 5464 §4.2.2).</summary>
    public bool Has(AnnotationName name, AnnotationDepth depth)
    {
        var value = Value;
        if (name.Value.Length == value.Length)
            return name.Value == value;
        if (depth == AnnotationDepth.Here || name.Value.Length < value.Length || name.Value[value.Length] != '/' || !name.Value.StartsWith(value, StringComparison.Ordinal))
            return false;
        return depth == AnnotationDepth.All || !name.Value.AsSpan(value.Length + 1).Contains('/');
    }

    public override string ToString() => Value;

    private static string? Problem(string value)
    {
        if (value.Length == 0)
            return null;
        if (value.Length > AnnotationName.LengthMax)
            return $"An annotation's name has at most {AnnotationName.LengthMax} characters.";
        foreach (var c in value)
        {
            if (c is < ' ' or > '~' or '*' or '%')
                return "An annotation's name has printable ASCII characters but * and %.";
        }

        if (value[^1] == '/' || value.Contains("//", StringComparison.Ordinal))
            return "An annotation's name has no empty component.";
        return IsUnder(value, AnnotationName.Private) || IsUnder(value, AnnotationName.Shared)
            ? null
            : "An annotation's name begins with /private or /shared.";
    }

    private static bool IsUnder(string value, string scope) =>
        value.StartsWith(scope, StringComparison.OrdinalIgnoreCase) && (value.Length == scope.Length || value[scope.Length] == '/');
}

/// <summary>How far below a path annotations are wanted (RFC 5464 §4.2.2).</summary>
public enum AnnotationDepth
{
    /// <summary>Only of that very name.</summary>
    Here,

    /// <summary>And one level below.</summary>
    Below,

    /// <summary>And everything below.</summary>
    All,
}
