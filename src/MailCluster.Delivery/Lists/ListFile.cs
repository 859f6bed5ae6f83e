using System.Collections.Frozen;

namespace MailCluster.Delivery.Lists;

/// <summary>A file of entries, as it was when it was looked at.</summary>
/// <param name="Stamp">By which a change is seen: the time of the last write and the length.</param>
/// <param name="LookedAt">When.</param>
internal sealed record ListFile((DateTime, long) Stamp, long LookedAt, FrozenSet<string> Entries)
{
    /// <summary>Half a million addresses. What is larger is a database, and belongs into one.</summary>
    public const long OctetsMax = 16 << 20;

    /// <summary>An entry a line, without blanks around it; empty lines and those that begin with # say nothing.</summary>
    /// <exception cref="IOException">It cannot be read, or is too large.</exception>
    public static FrozenSet<string> Read(string path, long length) => length > OctetsMax
        ? throw new IOException($"it is larger than {OctetsMax >> 20} MiB")
        : File.ReadLines(path).Select(static line => line.Trim()).Where(static line => line.Length > 0 && line[0] != '#')
            .ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
