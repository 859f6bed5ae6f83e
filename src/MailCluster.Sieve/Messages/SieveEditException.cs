namespace MailCluster.Sieve;

/// <summary>A change that would leave no proper message: for the script it is an error at run time.</summary>
public sealed class SieveEditException(string message) : Exception(message);
