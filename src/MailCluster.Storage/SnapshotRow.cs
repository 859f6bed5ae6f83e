using System.Text;

namespace MailCluster.Storage;

/// <summary>What makes a part of a snapshot whole.</summary>
internal static class SnapshotRow
{
    /// <summary>CRC-32C over the UTF-8 of the part's name, then its bytes.</summary>
    public static uint Checksum(string name, ReadOnlySpan<byte> bytes) => Crc32C.Append(Crc32C.Of(Encoding.UTF8.GetBytes(name)), bytes);
}
