using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailCluster.Edge;

/// <summary>Version 1 (§2.1 of the document): one line, <c>PROXY TCP4 192.0.2.1 198.51.100.1 40000 143</c>.</summary>
internal static class ProxyTextHeader
{
    /// <summary>The longest line with its CRLF: "PROXY UNKNOWN" and the longest addresses and ports.</summary>
    private const int LineBytesMax = 107;

    private static readonly SearchValues<char> IPv6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    public static ProxyHeaderReading Read(ReadOnlySpan<byte> input)
    {
        if (!ProxyHeaderReader.MayBegin(input, "PROXY "u8))
            return ProxyHeaderReading.Rejected(ProxyFault.NoHeader);
        var within = input[..Math.Min(input.Length, LineBytesMax)];
        var end = within.IndexOfAny((byte)'\r', (byte)'\n');
        if (end < 0)
            return within.Length < LineBytesMax ? ProxyHeaderReading.NeedMore : ProxyHeaderReading.Rejected(ProxyFault.Length);
        // Neither byte alone ends the line.
        if (within[end] == '\n')
            return ProxyHeaderReading.Rejected(ProxyFault.Line);
        if (end + 1 == within.Length)
            return within.Length < LineBytesMax ? ProxyHeaderReading.NeedMore : ProxyHeaderReading.Rejected(ProxyFault.Length);
        if (within[end + 1] != '\n')
            return ProxyHeaderReading.Rejected(ProxyFault.Line);
        Span<char> line = stackalloc char[LineBytesMax];
        var count = Encoding.Latin1.GetChars(within["PROXY ".Length..end], line);
        return ReadLine(line[..count], end + 2);
    }

    private static ProxyHeaderReading ReadLine(ReadOnlySpan<char> fields, int length)
    {
        // What a balancer adds after UNKNOWN is to be ignored.
        if (fields is "UNKNOWN" || fields.StartsWith("UNKNOWN ", StringComparison.Ordinal))
            return ProxyHeaderReading.Complete(ProxyHeader.Unknown, length);
        Span<Range> parts = stackalloc Range[6];
        if (fields.Split(parts, ' ') != 5)
            return ProxyHeaderReading.Rejected(ProxyFault.Line);
        AddressFamily family;
        if (fields[parts[0]] is "TCP4")
            family = AddressFamily.InterNetwork;
        else if (fields[parts[0]] is "TCP6")
            family = AddressFamily.InterNetworkV6;
        else
            return ProxyHeaderReading.Rejected(ProxyFault.Family);
        if (ReadAddress(fields[parts[1]], family) is not { } client || ReadAddress(fields[parts[2]], family) is not { } server)
            return ProxyHeaderReading.Rejected(ProxyFault.Address);
        if (ReadNumber(fields[parts[3]], ushort.MaxValue) is not { } clientPort || ReadNumber(fields[parts[4]], ushort.MaxValue) is not { } serverPort)
            return ProxyHeaderReading.Rejected(ProxyFault.Port);
        return ProxyHeaderReading.Complete(new ProxyHeader(false, new IPEndPoint(client, clientPort), new IPEndPoint(server, serverPort)), length);
    }

    private static IPAddress? ReadAddress(ReadOnlySpan<char> text, AddressFamily family) =>
        family == AddressFamily.InterNetwork ? ReadIPv4(text) : ReadIPv6(text);

    /// <summary>Four numbers, all of them. The framework's parser also takes <c>127.1</c>, hexadecimal and octal.</summary>
    private static IPAddress? ReadIPv4(ReadOnlySpan<char> text)
    {
        Span<Range> parts = stackalloc Range[5];
        if (text.Split(parts, '.') != 4)
            return null;
        Span<byte> bytes = stackalloc byte[4];
        for (var i = 0; i < bytes.Length; i++)
        {
            if (ReadNumber(text[parts[i]], byte.MaxValue) is not { } number)
                return null;
            bytes[i] = (byte)number;
        }

        return new IPAddress(bytes);
    }

    /// <summary>
    /// Without what the framework's parser also takes: brackets, zones, prefixes. The form with a dotted quad is what inet_ntop writes for mapped
    /// addresses.
    /// </summary>
    private static IPAddress? ReadIPv6(ReadOnlySpan<char> text) =>
        !text.ContainsAnyExcept(IPv6Characters) && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6
            ? address
            : null;

    /// <summary>A decimal number without leading zeros, which some would read as octal.</summary>
    private static int? ReadNumber(ReadOnlySpan<char> text, int max)
    {
        if (text.Length is 0 or > 5 || (text.Length > 1 && text[0] == '0') || text.ContainsAnyExceptInRange('0', '9'))
            return null;
        var number = int.Parse(text, CultureInfo.InvariantCulture);
        return number <= max ? number : null;
    }
}
