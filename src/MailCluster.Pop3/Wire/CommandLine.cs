namespace MailCluster.Pop3.Wire;

/// <summary>Cuts lines into keyword and arguments (RFC 2449 §4). Pure.</summary>
internal static class CommandLine
{
    /// <summary>The keyword, and what follows it and one space.</summary>
    public static (ReadOnlyMemory<byte> Keyword, ReadOnlyMemory<byte> Arguments) Split(ReadOnlyMemory<byte> line)
    {
        var end = line.Span.IndexOf((byte)' ');
        return end < 0 ? (line, default) : (line[..end], line[(end + 1)..]);
    }
}
