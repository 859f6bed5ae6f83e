using System.Buffers.Binary;

namespace MailCluster.Sieve.Programs;

/// <summary>Reads operands. Programs are verified before they run, so nothing is checked here but that the code is not left.</summary>
internal struct CodeReader(byte[] code)
{
    internal int At { get; set; }

    internal OpCode ReadOp() => (OpCode)code[At++];

    internal ulong ReadNumber()
    {
        ulong value = code[At++];
        if (value < 0x80)
            return value;
        value &= 0x7F;
        for (var shift = 7; ; shift += 7)
        {
            var b = code[At++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return value;
        }
    }

    internal int ReadInt() => (int)ReadNumber();

    /// <summary>A number or none.</summary>
    internal long? ReadOptional() => ReadNumber() is var value and > 0 ? (long)(value - 1) : null;

    /// <summary>A string or list operand or none: -1.</summary>
    internal int ReadOptionalId() => ReadInt() - 1;

    internal int ReadTarget()
    {
        var target = BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(At));
        At += sizeof(int);
        return target;
    }

    internal MatchSpec ReadMatch() => MatchSpec.Unpack(ReadNumber());
}
