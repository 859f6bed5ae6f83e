namespace MailCluster.Node.Configuration;

/// <summary>What one account may keep of Sieve scripts.</summary>
/// <param name="Count">Scripts.</param>
/// <param name="Size">Bytes of one; 32-bit, since a script is one value in memory.</param>
/// <param name="TotalSize">Bytes of all together.</param>
internal sealed record SieveScriptLimits(int Count, int Size, long TotalSize);
