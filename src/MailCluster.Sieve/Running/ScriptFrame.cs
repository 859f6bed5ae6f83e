using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Running;

/// <summary>One script that is being run: where it is, its variables, its loops.</summary>
internal sealed class ScriptFrame(string name, SieveProgram program, ScriptFrame? includedBy)
{
    /// <summary>Where the next operand is. A field, since it moves by being read.</summary>
    internal CodeReader Reader = new(program.Code);

    private string?[]? _locals;
    private Stack<PartLoop>? _loops;

    internal string Name => name;

    internal SieveProgram Program => program;

    internal ScriptFrame? IncludedBy => includedBy;

    internal int Depth { get; } = (includedBy?.Depth ?? 0) + 1;

    /// <summary>Where the operation began that is being done.</summary>
    internal int OpAt { get; set; }

    internal int Line => program.LineOf(OpAt);

    /// <summary>Which script it is, for an included one; to find circles.</summary>
    internal (SieveIncludeLocation Location, string Name)? Identity { get; init; }

    /// <summary>The part that is the whole message to this script (RFC 6609 §3.5); null for the message itself.</summary>
    internal SievePart? Part { get; init; }

    /// <summary>That part as a message, made when a test needs it.</summary>
    internal SieveMessage? PartMessage { get; set; }

    internal Stack<PartLoop> Loops => _loops ??= new Stack<PartLoop>();

    /// <summary>The innermost loop, null outside of loops.</summary>
    internal PartLoop? Loop => _loops is { Count: > 0 } loops ? loops.Peek() : null;

    /// <summary>What the wildcards of the last successful match took (RFC 5229 §3.2).</summary>
    internal string CaptureSource { get; set; } = "";

    internal (int Start, int Length)[] Captures { get; set; } = [];

    internal string Local(int slot) => _locals?[slot] ?? "";

    /// <summary>Sets a variable of this script; gives its old value, null if it was not set.</summary>
    internal string? SetLocal(int slot, string value)
    {
        _locals ??= new string?[program.Variables.Length];
        var old = _locals[slot];
        _locals[slot] = value;
        return old;
    }
}

/// <summary>A foreverypart loop: the parts as they were when it began, one at a time.</summary>
internal sealed class PartLoop(List<SievePart> parts)
{
    private int _at;

    internal SievePart Current => parts[_at];

    /// <summary>False if there are no more.</summary>
    internal bool MoveNext() => ++_at < parts.Count;

    /// <summary>A part was replaced: those below it are gone.</summary>
    internal void DropBelowCurrent()
    {
        var below = new HashSet<SievePart>(ReferenceEqualityComparer.Instance);
        Collect(Current, below);
        parts.RemoveAll(below.Contains);
    }

    private static void Collect(SievePart part, HashSet<SievePart> into)
    {
        foreach (var child in part.Children)
        {
            into.Add(child);
            Collect(child, into);
        }
    }
}
