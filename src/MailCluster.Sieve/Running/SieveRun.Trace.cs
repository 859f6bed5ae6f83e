using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Running;

/// <summary>What is told to the trace, if there is one: the strings are not made otherwise.</summary>
internal sealed partial class SieveRun
{
    private const int ShownMax = 80;

    private void Trace(ScriptFrame frame, [System.Runtime.CompilerServices.InterpolatedStringHandlerArgument("")] ref TraceText text)
    {
        if (_trace is not null)
            _trace.Write(frame.Name, frame.Line, text.ToString());
    }

    private void Trace(ScriptFrame frame, string text) => _trace?.Write(frame.Name, frame.Line, text);

    private void TraceResult(ScriptFrame frame, OpCode op)
    {
        if (_trace is not null)
            _trace.Write(frame.Name, frame.Line, $"{NameOf(op)}: {(_result ? "true" : "false")}");
    }

    private void TraceMatch(ScriptFrame frame, string value, string key, bool matches)
    {
        if (_trace is not null)
            _trace.Write(frame.Name, frame.Line, $"  \"{Shown(value)}\" {(matches ? "matches" : "does not match")} \"{Shown(key)}\"");
    }

    private static string NameOf(OpCode op) => op switch
    {
        OpCode.StringTest => "string",
        OpCode.SpecialUseExists => "specialuse_exists",
        OpCode.ValidNotifyMethod => "valid_notify_method",
        OpCode.NotifyMethodCapability => "notify_method_capability",
        OpCode.ValidExtList => "valid_ext_list",
        _ => op.ToString().ToLowerInvariant(),
    };

    private static string Shown(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= ShownMax ? line : $"{line.AsSpan(0, ShownMax)}…";
    }

    /// <summary>Takes the pieces of a line only if somebody looks at it.</summary>
    [System.Runtime.CompilerServices.InterpolatedStringHandler]
    private ref struct TraceText
    {
        private System.Runtime.CompilerServices.DefaultInterpolatedStringHandler _inner;

        public TraceText(int literalLength, int formattedCount, SieveRun run, out bool isWanted)
        {
            isWanted = run._trace is not null;
            _inner = isWanted ? new(literalLength, formattedCount, System.Globalization.CultureInfo.InvariantCulture) : default;
        }

        public void AppendLiteral(string text) => _inner.AppendLiteral(text);

        public void AppendFormatted<T>(T value) => _inner.AppendFormatted(value);

        public void AppendFormatted(string? value) => _inner.AppendFormatted(value is null ? "" : Shown(value));

        public override string ToString() => _inner.ToStringAndClear();
    }
}
