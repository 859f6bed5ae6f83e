namespace MailCluster.Sieve;

/// <summary>Names of scripts (RFC 5804 §1.6), which are names of files for the operator's scripts.</summary>
internal static class ScriptName
{
    /// <summary>Characters; RFC 5804 asks for at least 128.</summary>
    private const int LengthMax = 256;

    /// <summary>The reason, or null if the name may be one.</summary>
    internal static string? WhyNot(string name) => name switch
    {
        "" => "it is empty",
        { Length: > LengthMax } => $"it is longer than {LengthMax} characters",
        "." or ".." => "it is the name of a folder",
        _ when name.Contains('/', StringComparison.Ordinal) => "it holds a slash",
        _ when name.Any(static c => char.IsControl(c) || c is '\u2028' or '\u2029') => "it holds control characters",
        _ => null,
    };
}
