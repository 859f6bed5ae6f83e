using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace MailCluster.Mailboxes;

/// <summary>
/// SHA-256 of a script's bytes: what a script is called wherever its content matters and not its name or owner. Compiled scripts of all accounts may share one
/// cache under it: nobody can make a second script with another's hash.
/// </summary>
public readonly record struct ScriptHash(UInt128 High, UInt128 Low)
{
    public const int Size = 32;

    /// <summary>No script has it.</summary>
    public static ScriptHash None => default;

    public static ScriptHash Of(ReadOnlySpan<byte> content)
    {
        Span<byte> bytes = stackalloc byte[Size];
        SHA256.HashData(content, bytes);
        return Read(bytes);
    }

    /// <summary>From its 32 bytes, the first the most significant.</summary>
    public static ScriptHash Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]));

    /// <summary>Its 32 bytes.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt128BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt128BigEndian(bytes[16..], Low);
    }

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{High:x32}{Low:x32}");
}
