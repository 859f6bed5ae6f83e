using MailCluster.Sieve.Programs;
using MailCluster.Sieve.Syntax;

namespace MailCluster.Sieve.Compilation;

/// <summary>What is known of a test before it is run.</summary>
internal enum TestValue : byte
{
    Unknown = 0,
    True = 1,
    False = 2,

    /// <summary>ihave found its extensions: what is for the other case is not compiled.</summary>
    TrueByIhave = 3,

    /// <summary>ihave did not find them: what depends on it is not compiled (RFC 5463 §4).</summary>
    FalseByIhave = 4,
}

/// <summary>Tests become jumps: <c>allof</c> and <c>anyof</c> stop at the first test that decides, from left to right (RFC 5229 §3.2 and RFC 5463 §4 want that).</summary>
internal sealed partial class ScriptCompiler
{
    /// <summary>Writes code that goes to <paramref name="target"/> if the test is <paramref name="when"/>, and on behind it otherwise.</summary>
    private TestValue CompileTest(CommandNode test, ProgramBuilder.Label target, bool when)
    {
        if (FindCommand(test, CommandKind.Test) is not { } spec || _binder.Bind(spec, test) is not { } bound)
            return TestValue.Unknown;
        switch (spec.Name)
        {
            case "not":
                return Not(CompileTest(test.Tests[0], target, !when));
            case "allof":
                return CompileList(test.Tests, target, when, decidedBy: false);
            case "anyof":
                return CompileList(test.Tests, target, when, decidedBy: true);
            case "true":
                return Constant(true, false, target, when);
            case "false":
                return Constant(false, false, target, when);
            case "ihave":
                return Constant(HasAll(bound), true, target, when);
            default:
                spec.Emit!(bound, this);
                Code.Op(when ? OpCode.JumpIfTrue : OpCode.JumpIfFalse, 0).Target(target);
                return TestValue.Unknown;
        }
    }

    /// <summary>allof is decided by the first false test, anyof by the first true one.</summary>
    private TestValue CompileList(IReadOnlyList<CommandNode> tests, ProgramBuilder.Label target, bool when, bool decidedBy)
    {
        var behind = new ProgramBuilder.Label();
        var decided = TestValue.Unknown;
        var isKnown = true;
        var byIhave = false;
        for (var i = 0; i < tests.Count; i++)
        {
            // If the list is what it is by any one test, each goes to where that leads; else only the last one may.
            var value = when == decidedBy ? CompileTest(tests[i], target, when)
                : i < tests.Count - 1 ? CompileTest(tests[i], behind, decidedBy)
                : CompileTest(tests[i], target, when);
            isKnown &= value != TestValue.Unknown;
            byIhave |= value is TestValue.TrueByIhave or TestValue.FalseByIhave;
            if (IsTrue(value) != decidedBy)
                continue;
            if (decided == TestValue.Unknown)
                decided = value;
            if (byIhave)
                break; // the tests behind may be of extensions that are not here
        }

        Code.Mark(behind);
        return decided != TestValue.Unknown ? decided : isKnown ? Known(!decidedBy, byIhave) : TestValue.Unknown;
    }

    private TestValue Constant(bool value, bool byIhave, ProgramBuilder.Label target, bool when)
    {
        if (value == when)
            Code.Op(OpCode.Jump, 0).Target(target);
        return Known(value, byIhave);
    }

    private static TestValue Known(bool value, bool byIhave) =>
        value ? byIhave ? TestValue.TrueByIhave : TestValue.True : byIhave ? TestValue.FalseByIhave : TestValue.False;

    private static bool? IsTrue(TestValue value) => value switch
    {
        TestValue.True or TestValue.TrueByIhave => true,
        TestValue.False or TestValue.FalseByIhave => false,
        _ => null,
    };

    private static TestValue Not(TestValue value) => value switch
    {
        TestValue.True => TestValue.False,
        TestValue.False => TestValue.True,
        TestValue.TrueByIhave => TestValue.FalseByIhave,
        TestValue.FalseByIhave => TestValue.TrueByIhave,
        _ => TestValue.Unknown,
    };

    /// <summary>RFC 5463 §4: all or none are switched on, from here to the end; what changes how strings are read cannot be.</summary>
    private bool HasAll(BoundCommand ihave)
    {
        var names = new List<string>();
        foreach (var node in ihave.Strings(0).Strings)
        {
            if (ConstantOf(node, "an extension's name") is { } name)
                names.Add(name);
        }

        if (!names.TrueForAll(name => Extensions.Has(name) || (Extensions.IsAvailable(name) && name is not ("variables" or "encoded-character"))))
            return false;
        names.ForEach(Extensions.Enable);
        return true;
    }
}
