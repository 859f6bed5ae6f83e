using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MailCluster.Testing;

/// <summary>Keeps what is logged, of all categories together. May be used from any thread.</summary>
/// <param name="least">What is less is not kept.</param>
public sealed class CapturedLog(LogLevel least = LogLevel.Information) : ILoggerFactory, ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<Entry> _entries = new();

    /// <summary>What was logged so far.</summary>
    public IReadOnlyCollection<Entry> Entries => [.. _entries];

    /// <summary>The texts, each with its exception if it has one.</summary>
    public IReadOnlyList<string> Lines => [.. _entries.Select(static entry => entry.ToString())];

    /// <summary>Those of <see cref="LogLevel.Error"/> and <see cref="LogLevel.Critical"/>.</summary>
    public IReadOnlyList<string> Errors => [.. _entries.Where(static entry => entry.Level >= LogLevel.Error).Select(static entry => entry.ToString())];

    /// <summary>How often an event was logged.</summary>
    public int Count(int eventId) => _entries.Count(entry => entry.EventId == eventId);

    /// <summary>Some line contains this text.</summary>
    public bool Has(string text) => _entries.Any(entry => entry.ToString().Contains(text, StringComparison.Ordinal));

    /// <summary>All of it: for what a failed assertion says.</summary>
    public override string ToString() => string.Join('\n', _entries.Select(static entry => $"{entry.Level} {entry.EventId} {entry}"));

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            _entries.Enqueue(new Entry(logLevel, eventId.Id, formatter(state, exception), exception));
    }

    /// <summary>What was logged stays, to be looked at.</summary>
    public void Dispose()
    {
    }

    /// <summary>One call of a logger.</summary>
    public sealed record Entry(LogLevel Level, int EventId, string Text, Exception? Exception)
    {
        public override string ToString() => Exception is null ? Text : $"{Text} {Exception}";
    }
}
