using System.Buffers.Binary;
using System.Collections;

namespace MailCluster.Sieve.Programs;

/// <summary>
/// Looks whether a program can be run without looking: each operation and operand is one of <see cref="OpTable"/>, each number is within its table, jumps lead to
/// operations and forward (that of a loop's end back), and the last operation is the end.
/// </summary>
internal static class ProgramVerifier
{
    /// <summary>Match variables that a script can name (RFC 5229 §3.2 asks for nine).</summary>
    internal const int MatchVariableMax = 99;

    internal static bool IsSound(ProgramParts parts)
    {
        foreach (var template in parts.Templates)
        {
            foreach (var piece in template.Pieces)
            {
                var isSound = piece.Value >= 0 && piece.Value < piece.Kind switch
                {
                    PieceKind.Text or PieceKind.Environment => parts.Constants.Count,
                    PieceKind.Variable => parts.Variables.Count,
                    _ => MatchVariableMax + 1,
                };
                if (!isSound)
                    return false;
            }
        }

        return parts.Code is byte[] code && IsSoundCode(code, parts);
    }

    private static bool IsSoundCode(byte[] code, ProgramParts parts)
    {
        var starts = new BitArray(code.Length);
        var jumps = new List<(int From, int To, bool IsBack)>();
        var at = 0;
        var last = -1;
        while (at < code.Length)
        {
            var start = at;
            last = code[at++];
            starts[start] = true;
            if (OpTable.OperandsOf((byte)last) is not { } operands)
                return false;
            foreach (var operand in operands)
            {
                if (operand == 'j')
                {
                    if (code.Length - at < sizeof(int))
                        return false;
                    jumps.Add((start, BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(at)), (OpCode)last == OpCode.PartsNext));
                    at += sizeof(int);
                }
                else if (!TryNumber(code, ref at, out var value) || !IsInRange(operand, value, parts))
                {
                    return false;
                }
            }
        }

        if (last != (int)OpCode.End)
            return false;
        foreach (var (from, to, isBack) in jumps)
        {
            if (to < 0 || to >= code.Length || !starts[to] || (isBack ? to >= from : to <= from))
                return false;
        }

        return true;
    }

    private static bool TryNumber(byte[] code, ref int at, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 63 && at < code.Length; shift += 7)
        {
            var b = code[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return true;
        }

        return false;
    }

    private static bool IsInRange(char operand, ulong value, ProgramParts parts) => operand switch
    {
        'b' => value <= byte.MaxValue,
        'n' or 'N' => value <= long.MaxValue,
        's' => IsString(value, parts),
        'S' => value == 0 || IsString(value - 1, parts),
        'l' => IsList(value, parts, isVariables: false),
        'L' => value == 0 || IsList(value - 1, parts, isVariables: false),
        'W' => value == 0 || IsList(value - 1, parts, isVariables: true),
        'v' => value < (ulong)parts.Variables.Count,
        'V' => value == 0 || value - 1 < (ulong)parts.Variables.Count,
        'm' => MatchSpec.IsPacked(value),
        _ => false,
    };

    private static bool IsString(ulong id, ProgramParts parts) =>
        id >> 1 < (ulong)((id & 1) == 0 ? parts.Constants.Count : parts.Templates.Count);

    private static bool IsList(ulong id, ProgramParts parts, bool isVariables)
    {
        if (id >= (ulong)parts.Lists.Count)
            return false;
        foreach (var entry in parts.Lists[(int)id])
        {
            if (isVariables ? entry < 0 || entry >= parts.Variables.Count : entry < 0 || !IsString((ulong)entry, parts))
                return false;
        }

        return true;
    }
}
