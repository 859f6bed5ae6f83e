using System.Buffers.Binary;
using System.Net;
using System.Numerics;

namespace MailCluster.Edge;

/// <summary>Version 2 (§2.2 of the document): a signature, four bytes, the addresses, and additions as type, length, value.</summary>
internal static class ProxyBinaryHeader
{
    private const int FixedBytes = 16;
    private const int UnixAddressBytes = 216;
    private const int Version2 = 2;
    private const int Local = 0;
    private const int Proxy = 1;
    private const int Stream = 1;
    private const byte ChecksumType = 0x03;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    public static ProxyHeaderReading Read(ReadOnlySpan<byte> input)
    {
        if (!ProxyHeaderReader.MayBegin(input, Signature))
            return ProxyHeaderReading.Rejected(ProxyFault.NoHeader);
        if (CheckWords(input) is var fault and not ProxyFault.None)
            return ProxyHeaderReading.Rejected(fault);
        if (input.Length < FixedBytes)
            return ProxyHeaderReading.NeedMore;
        var length = FixedBytes + BinaryPrimitives.ReadUInt16BigEndian(input[14..]);
        if (length > ProxyHeaderReader.BytesMax)
            return ProxyHeaderReading.Rejected(ProxyFault.Length);
        return input.Length < length ? ProxyHeaderReading.NeedMore : ReadWhole(input[..length]);
    }

    /// <summary>Version, command, family and transport, as far as they are there.</summary>
    private static ProxyFault CheckWords(ReadOnlySpan<byte> input)
    {
        if (input.Length <= Signature.Length)
            return ProxyFault.None;
        var word = input[Signature.Length];
        if (word >> 4 != Version2)
            return ProxyFault.Version;
        var command = word & 0xF;
        if (command is not (Local or Proxy))
            return ProxyFault.Command;
        // "Discard the protocol block including the family" for LOCAL.
        if (command == Local || input.Length <= Signature.Length + 1)
            return ProxyFault.None;
        var family = input[Signature.Length + 1];
        return family >> 4 <= 3 && (family & 0xF) <= Stream ? ProxyFault.None : ProxyFault.Family;
    }

    private static ProxyHeaderReading ReadWhole(ReadOnlySpan<byte> header)
    {
        if ((header[12] & 0xF) == Local)
            return ProxyHeaderReading.Complete(ProxyHeader.Local, header.Length);
        var block = header[FixedBytes..];
        // Unspecified in either half: the document lets the rest be anything.
        if (header[13] >> 4 == 0 || (header[13] & 0xF) == 0)
            return ProxyHeaderReading.Complete(ProxyHeader.Unknown, header.Length);
        var (addressBytes, isIP) = (header[13] >> 4) switch
        {
            1 => (4, true),
            2 => (16, true),
            _ => (UnixAddressBytes / 2, false),
        };
        var addressesEnd = 2 * addressBytes + (isIP ? 4 : 0);
        if (block.Length < addressesEnd)
            return ProxyHeaderReading.Rejected(ProxyFault.Length);
        if (CheckAdditions(header, FixedBytes + addressesEnd) is var fault and not ProxyFault.None)
            return ProxyHeaderReading.Rejected(fault);
        if (!isIP)
            return ProxyHeaderReading.Complete(ProxyHeader.Unknown, header.Length);
        var ports = block[(2 * addressBytes)..];
        return ProxyHeaderReading.Complete(
            new ProxyHeader(
                false,
                new IPEndPoint(new IPAddress(block[..addressBytes]), BinaryPrimitives.ReadUInt16BigEndian(ports)),
                new IPEndPoint(new IPAddress(block[addressBytes..(2 * addressBytes)]), BinaryPrimitives.ReadUInt16BigEndian(ports[2..]))),
            header.Length);
    }

    /// <summary>Skips the additions: they must fill the header to its end, and the checksum, if there is one, must be right (§2.2.3).</summary>
    private static ProxyFault CheckAdditions(ReadOnlySpan<byte> header, int from)
    {
        while (from < header.Length)
        {
            if (header.Length - from < 3)
                return ProxyFault.Addition;
            var value = from + 3;
            var end = value + BinaryPrimitives.ReadUInt16BigEndian(header[(from + 1)..]);
            if (end > header.Length)
                return ProxyFault.Addition;
            if (header[from] == ChecksumType)
            {
                if (end - value != sizeof(uint))
                    return ProxyFault.Addition;
                if (Checksum(header, value) != BinaryPrimitives.ReadUInt32BigEndian(header[value..]))
                    return ProxyFault.Checksum;
            }

            from = end;
        }

        return ProxyFault.None;
    }

    /// <summary>CRC-32C of the header with zeros in the place of the checksum itself.</summary>
    private static uint Checksum(ReadOnlySpan<byte> header, int at)
    {
        var crc = uint.MaxValue;
        for (var i = 0; i < header.Length; i++)
            crc = BitOperations.Crc32C(crc, i >= at && i < at + sizeof(uint) ? (byte)0 : header[i]);
        return ~crc;
    }
}
