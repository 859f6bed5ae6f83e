using System.Collections.Immutable;
using MailCluster.Sieve.Matching;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Running;

/// <summary>
/// One run: its stages, and the loop that does one operation after another. Operations read their operands in the order of <see cref="OpTable"/>. It is
/// asynchronous only where the host is asked; otherwise nothing is awaited and nothing allocated for it.
/// </summary>
internal sealed partial class SieveRun
{
    private readonly SieveRunLimits _limits;
    private readonly ISieveHost _host;
    private readonly SieveRunOptions _options;
    private readonly TimeProvider _time;
    private readonly SieveEnvelope _envelope;
    private readonly ISieveTrace? _trace;
    private readonly WorkMeter _work;
    private readonly SieveMessage _original;
    private SieveMessage _message;
    private bool _result;

    internal SieveRun(
        SieveRunLimits limits, ISieveHost host, SieveRunOptions options, TimeProvider time, SieveMessage message, SieveEnvelope envelope, ImmutableArray<string> flags,
        ISieveTrace? trace, CancellationToken cancellationToken)
    {
        _limits = limits;
        _host = host;
        _options = options;
        _time = time;
        _envelope = envelope;
        _flags = flags;
        _trace = trace;
        _original = _message = message;
        _work = new WorkMeter(limits, time, cancellationToken);
    }

    internal async ValueTask<SieveOutcome> RunAsync(IReadOnlyList<SieveStage> stages, CancellationToken cancellationToken)
    {
        foreach (var stage in stages)
        {
            var frame = new ScriptFrame(stage.Name, stage.Program, null);
            BeginStage();
            try
            {
                await RunScriptAsync(frame, cancellationToken);
            }
            catch (SieveHostUnavailableException e)
            {
                Trace(frame, $"not possible now: {e.Message}");
                return new SieveOutcome([], new SieveError(Running.Name, Running.Line, e.Message, false), true, [], Log());
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // What a script or a message can bring about is told by exceptions of this assembly. Any other one is a mistake in the program, and no reason to
                // lose the message either.
                var isKnown = e is SieveRunException or SieveScriptException or SieveEditException;
                var error = new SieveError(Running.Name, Running.Line, isKnown ? e.Message : $"internal error: {e.GetType().Name}: {e.Message}", e is SieveRunException { IsLimit: true });
                Trace(Running, $"error: {error.Message}");
                return Failed(error);
            }

            if (!EndStage())
                break;
        }

        return Finished();
    }

    /// <summary>The script that is being run: the innermost of those that include each other.</summary>
    private ScriptFrame Running { get; set; } = null!;

    /// <summary>Runs a script to its end; false if a stop was met, which ends those that include it as well.</summary>
    private async ValueTask<bool> RunScriptAsync(ScriptFrame frame, CancellationToken cancellationToken)
    {
        Running = frame;
        while (true)
        {
            _work.Spend(1);
            frame.OpAt = frame.Reader.At;
            var op = frame.Reader.ReadOp();
            switch (op)
            {
                case OpCode.End or OpCode.Return:
                    return true;
                case OpCode.Stop:
                    Trace(frame, "stop");
                    return false;
                case OpCode.Jump:
                    frame.Reader.At = frame.Reader.ReadTarget();
                    break;
                case OpCode.JumpIfFalse or OpCode.JumpIfTrue:
                    var target = frame.Reader.ReadTarget();
                    if (_result == (op == OpCode.JumpIfTrue))
                        frame.Reader.At = target;
                    break;
                case OpCode.Error:
                    throw SieveRunException.Error(Cut(Text(frame, frame.Reader.ReadInt()), ErrorCharactersMax));
                case OpCode.Include:
                    if (!await IncludeAsync(frame, cancellationToken))
                        return false;
                    Running = frame;
                    break;
                case OpCode.PartsBegin or OpCode.PartsNext or OpCode.PartsBreak:
                    Loop(frame, op);
                    break;
                case >= OpCode.Address and < OpCode.Keep:
                    if (TryTest(frame, op))
                        TraceResult(frame, op);
                    else
                        await TestAsync(frame, op, cancellationToken);
                    break;
                default:
                    Act(frame, op);
                    break;
            }
        }
    }

    /// <summary>RFC 5703 §3: the outermost loop goes through all parts, the message first; one within it through the parts below the current one.</summary>
    private void Loop(ScriptFrame frame, OpCode op)
    {
        if (op == OpCode.PartsBegin)
        {
            var end = frame.Reader.ReadTarget();
            if (frame.Loops.Count == LoopDepthMax)
                throw SieveRunException.Limit($"loops are nested more than {LoopDepthMax} deep");
            var parts = new List<SievePart>();
            if (frame.Loop is { } outer)
            {
                foreach (var child in outer.Current.Children)
                    AddParts(child, parts);
            }
            else
            {
                AddParts(frame.Part ?? _message.Root, parts);
            }

            _work.Spend(parts.Count);
            if (parts.Count == 0)
                frame.Reader.At = end;
            else
                frame.Loops.Push(new PartLoop(parts));
            Trace(frame, $"foreverypart: {parts.Count} parts");
            return;
        }

        var levels = op == OpCode.PartsBreak ? frame.Reader.ReadInt() : 1;
        var target = frame.Reader.ReadTarget();
        if (levels > frame.Loops.Count)
            throw SieveRunException.Error("a loop ends that has not begun");
        if (op == OpCode.PartsNext)
        {
            if (frame.Loops.Peek().MoveNext())
                frame.Reader.At = target;
            else
                frame.Loops.Pop();
            return;
        }

        for (; levels > 0; levels--)
            frame.Loops.Pop();
        frame.Reader.At = target;
        Trace(frame, "break");
    }

    /// <summary>UTF-16 units of what <c>error</c> says.</summary>
    private const int ErrorCharactersMax = 1024;

    /// <summary>More than the compiler lets blocks nest: met by no program of its making.</summary>
    private const int LoopDepthMax = 64;

    private static void AddParts(SievePart part, List<SievePart> into)
    {
        into.Add(part);
        foreach (var child in part.Children)
            AddParts(child, into);
    }

    /// <summary>RFC 6609 §3.2.</summary>
    private async ValueTask<bool> IncludeAsync(ScriptFrame frame, CancellationToken cancellationToken)
    {
        var bits = (IncludeBits)frame.Reader.ReadInt();
        var name = Text(frame, frame.Reader.ReadInt());
        var location = (bits & IncludeBits.Global) != 0 ? SieveIncludeLocation.Global : SieveIncludeLocation.Personal;
        var identity = (location, name);
        if ((bits & IncludeBits.Once) != 0 && _included.Contains(identity))
        {
            Trace(frame, $"include \"{name}\": once, and it was included before");
            return true;
        }

        for (var outer = frame; outer is not null; outer = outer.IncludedBy)
        {
            if (outer.Identity == identity)
                throw SieveRunException.Error($"the script \"{name}\" includes itself");
        }

        if (frame.Depth >= _limits.IncludeDepthMax)
            throw SieveRunException.Limit($"scripts include each other more than {_limits.IncludeDepthMax} deep");
        if (++_includes > _limits.IncludesMax)
            throw SieveRunException.Limit($"more than {_limits.IncludesMax} scripts are included");
        _included.Add(identity);
        var asked = _time.GetTimestamp();
        var program = await _host.FindScriptAsync(location, name, cancellationToken);
        _work.Exclude(asked);
        if (program is null)
        {
            if ((bits & IncludeBits.Optional) == 0)
                throw SieveRunException.Error($"there is no {(location == SieveIncludeLocation.Global ? "global" : "personal")} script \"{name}\" to include");
            Trace(frame, $"include \"{name}\": not there, and optional");
            return true;
        }

        Trace(frame, $"include \"{name}\"");
        var part = frame.Loop is { } loop ? loop.Current : frame.Part;
        return await RunScriptAsync(new ScriptFrame(name, program, frame) { Identity = identity, Part = part }, cancellationToken);
    }

    private readonly HashSet<(SieveIncludeLocation Location, string Name)> _included = [];
    private int _includes;

    private ImmutableArray<string> Log() => _log?.ToImmutableArray() ?? [];
}
