using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Tests;

/// <summary>The interpreter reads the operands that the table gives to each operation, no more and no less: what stands behind the operation is reached.</summary>
public sealed class OperandTests
{
    private static readonly OpCode[] s_elsewhere =
        [OpCode.End, OpCode.Jump, OpCode.JumpIfFalse, OpCode.JumpIfTrue, OpCode.Stop, OpCode.Return, OpCode.Error, OpCode.PartsBegin, OpCode.PartsNext, OpCode.PartsBreak];

    public static TheoryData<string> Operations => [.. Enum.GetValues<OpCode>().Except(s_elsewhere).Select(op => op.ToString())];

    [Theory]
    [MemberData(nameof(Operations))]
    public Task With_what_it_must_have(string name) => EndsWhereTheTableSays(name, false);

    [Theory]
    [MemberData(nameof(Operations))]
    public Task With_all_that_it_may_have(string name) => EndsWhereTheTableSays(name, true);

    private static async Task EndsWhereTheTableSays(string name, bool isGiven)
    {
        var op = Enum.Parse<OpCode>(name);

        // A text that is good for a folder, an address, a URI, a date's part and a name alike is hard to find; so each operation has its own.
        var text = op switch
        {
            OpCode.Date or OpCode.CurrentDate => "+0100",
            OpCode.Notify or OpCode.ValidNotifyMethod or OpCode.NotifyMethodCapability => "mailto:a@b.example",
            OpCode.Report => "x",
            _ => "a@b.example",
        };
        var code = new ProgramBuilder();
        var id = code.Constant(text);
        var list = code.List([id]);
        var variables = code.List([code.Variable("v", false)]);
        code.Op(op, 1);
        foreach (var operand in OpTable.OperandsOf((byte)op)!)
        {
            switch (operand)
            {
                case 'b' or 'n':
                    code.Number(op == OpCode.Include ? (ulong)IncludeBits.Optional : 0);
                    break;
                case 'N':
                    code.Optional(isGiven ? 1 : null);
                    break;
                case 's':
                    code.Id(id);
                    break;
                case 'S':
                    code.Id(isGiven && op is not (OpCode.Redirect or OpCode.Notify) ? id : (int?)null);
                    break;
                case 'l':
                    code.Id(list);
                    break;
                case 'L':
                    code.Id(isGiven ? list : (int?)null);
                    break;
                case 'v':
                    code.Id(0);
                    break;
                case 'V':
                    code.Id(isGiven ? 0 : (int?)null);
                    break;
                case 'W':
                    code.Id(isGiven ? variables : (int?)null);
                    break;
                case 'm':
                    code.Match(MatchSpec.Default);
                    break;
                default:
                    Assert.Fail($"no operand is written {operand}");
                    break;
            }
        }

        code.Op(OpCode.DebugLog, 2).Id(code.Constant("reached"));
        code.Op(OpCode.End, 0);
        var program = Scripts.Stored(code.Build([]));
        var host = new InMemorySieveHost();
        var outcome = await new SieveInterpreter(SieveRunLimits.Default, host).RunAsync([new SieveStage("s", program)], Scripts.ToMessage(Scripts.Message), new SieveEnvelope("", ""), null, CancellationToken.None);
        if (op == OpCode.Report)
            Assert.Equal("\"x\" is no address to send a report to", outcome.Error?.Message);
        else
            Assert.Equal("s:2: reached", outcome.Log.LastOrDefault());
    }
}
