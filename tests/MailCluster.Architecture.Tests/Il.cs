using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace MailCluster.Architecture.Tests;

/// <summary>Reads the calls out of a method body (ECMA-335 §III).</summary>
internal static class Il
{
    private static readonly Dictionary<int, OpCode> s_opCodes = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => (int)(ushort)code.Value);

    /// <summary>The methods called, created or taken as a delegate.</summary>
    internal static List<EntityHandle> Calls(byte[] body)
    {
        var calls = new List<EntityHandle>();
        for (var at = 0; at < body.Length;)
        {
            int value = body[at++];
            if (value == 0xFE)
            {
                value = 0xFE00 | body[at++];
            }

            var code = s_opCodes[value];
            var operand = body.AsSpan(at);
            if (code.OperandType == OperandType.InlineMethod)
            {
                calls.Add(MetadataTokens.EntityHandle(BinaryPrimitives.ReadInt32LittleEndian(operand)));
            }

            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BinaryPrimitives.ReadInt32LittleEndian(operand)),
                _ => 4,
            };
        }

        return calls;
    }
}
