namespace MailCluster.Sieve;

/// <summary>Ends a stage with an error; never leaves the interpreter.</summary>
internal sealed class SieveRunException(string message, bool isLimit) : Exception(message)
{
    internal bool IsLimit { get; } = isLimit;

    internal static SieveRunException Limit(string message) => new(message, true);

    internal static SieveRunException Error(string message) => new(message, false);
}
