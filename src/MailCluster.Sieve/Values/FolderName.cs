namespace MailCluster.Sieve;

/// <summary>What can be no folder's name anywhere; what the store allows is the host's to say.</summary>
internal static class FolderName
{
    private const int LengthMax = 1000;

    /// <summary>The reason, or null if the name may be one.</summary>
    internal static string? WhyNot(string name) => name switch
    {
        "" => "it is empty",
        { Length: > LengthMax } => $"it is longer than {LengthMax} characters",
        _ when name.AsSpan().ContainsAnyInRange('\0', '\x1F') || name.Contains('\x7F', StringComparison.Ordinal) => "it holds control characters",
        _ when name.Contains('\uFFFD', StringComparison.Ordinal) => "it is not UTF-8",
        _ => null,
    };
}
