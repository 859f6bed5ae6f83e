using System.Buffers;

namespace MailCluster.ManageSieve.Wire;

/// <summary>A string of the input, not copied yet.</summary>
/// <param name="Raw">Its bytes as sent, without quotes or marker.</param>
/// <param name="HasEscapes">Some of them are escaped (<c>\"</c>, <c>\\</c>).</param>
internal readonly record struct WireString(ReadOnlySequence<byte> Raw, bool HasEscapes)
{
    /// <summary>Its content, copied.</summary>
    public byte[] ToArray()
    {
        var bytes = Raw.ToArray();
        if (!HasEscapes)
            return bytes;
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == (byte)'\\')
                i++;
            bytes[length++] = bytes[i];
        }

        return bytes[..length];
    }
}
