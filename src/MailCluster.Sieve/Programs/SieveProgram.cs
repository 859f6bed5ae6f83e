using System.Collections.Immutable;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve;

/// <summary>
/// A compiled script: immutable, and shared freely between threads.
/// <para>
/// It is byte code (<see cref="OpTable"/>) beside tables: constants, strings with variables, lists of strings, variables, and which line each operation
/// came from. A string operand is the number of a constant times two, or of a template times two plus one. All jumps go forward but the one that ends the
/// body of a foreverypart loop, and that one needs another part to go to: a program ends.
/// </para>
/// </summary>
public sealed partial class SieveProgram
{
    internal SieveProgram(ProgramParts parts)
    {
        RequiredExtensions = parts.Extensions;
        Constants = [.. parts.Constants];
        Templates = [.. parts.Templates];
        Lists = [.. parts.Lists];
        Variables = [.. parts.Variables];
        Code = [.. parts.Code];
        Lines = [.. parts.Lines];
        ConstantLists = [.. Lists.Select(ConstantsOf)];
        UsesMatchVariables = Templates.Any(static template => template.Pieces.Any(static piece => piece.Kind == PieceKind.Match));
        _patterns = new object?[Constants.Length * PatternCount];
    }

    /// <summary>What the script requires, in the order of its <c>require</c>.</summary>
    public ImmutableArray<string> RequiredExtensions { get; }

    internal string[] Constants { get; }

    internal StringTemplate[] Templates { get; }

    /// <summary>Lists of string operands, or of variables.</summary>
    internal int[][] Lists { get; }

    /// <summary>For a list without templates its strings, so that a run need not make them; null for others.</summary>
    internal string[]?[] ConstantLists { get; }

    internal VariableSlot[] Variables { get; }

    internal byte[] Code { get; }

    /// <summary>Pairs of an offset in the code and the line from there on, ascending.</summary>
    internal (int Offset, int Line)[] Lines { get; }

    /// <summary>False: nobody looks at what wildcards matched, so it need not be noted.</summary>
    internal bool UsesMatchVariables { get; }

    /// <summary>The line of an operation, 0 if none is known.</summary>
    internal int LineOf(int offset)
    {
        var low = 0;
        var high = Lines.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Lines[middle].Offset <= offset)
                low = middle + 1;
            else
                high = middle;
        }

        return low == 0 ? 0 : Lines[low - 1].Line;
    }

    private string[]? ConstantsOf(int[] list)
    {
        var strings = new string[list.Length];
        for (var i = 0; i < list.Length; i++)
        {
            if ((list[i] & 1) != 0 || list[i] >> 1 >= Constants.Length)
                return null;
            strings[i] = Constants[list[i] >> 1];
        }

        return strings;
    }
}
