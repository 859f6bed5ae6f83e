using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Simulation.Tests;

/// <summary>What happened in a run, for people; kept only when the run is asked for it, as it costs more than the run itself.</summary>
internal sealed class Trace(World world, bool isKept)
{
    private readonly List<string> _lines = [];

    internal bool IsKept => isKept;

    internal IReadOnlyList<string> Lines => _lines;

    /// <summary>Changes with everything that is written, whether it is kept or not: two runs of one seed have the same.</summary>
    internal ulong Fingerprint { get; private set; } = 14695981039346656037UL;

    internal void Write(string line)
    {
        foreach (var letter in line)
        {
            Fingerprint = (Fingerprint ^ letter) * 1099511628211UL;
        }

        Fingerprint = (Fingerprint ^ (ulong)world.Now.Ticks) * 1099511628211UL;
        if (isKept)
        {
            Keep(line);
        }
    }

    internal ILoggerFactory LoggersOf(string node) => isKept ? new LoggerFactory([new Logger(this, node)]) : NullLoggerFactory.Instance;

    private void Keep(string line) => _lines.Add($"{world.Now.TotalSeconds,9:0.0000} {line}");

    private sealed class Logger(Trace trace, string node) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            trace.Keep($"    {node} {formatter(state, exception)}{(exception is null ? "" : $" ({exception.GetType().Name}: {exception.Message})")}");

        public void Dispose()
        {
        }
    }
}
