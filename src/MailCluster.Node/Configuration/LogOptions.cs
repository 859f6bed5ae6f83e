using Serilog.Events;

namespace MailCluster.Node.Configuration;

/// <summary>How a log line is written.</summary>
internal enum LogFormat
{
    Off,
    Text,
    Json,
}

/// <summary>The log.</summary>
/// <param name="Level">The least level shown.</param>
/// <param name="Levels">Other levels, by the beginning of the logger's name.</param>
/// <param name="Console">How standard output is written.</param>
/// <param name="File">Null: no files.</param>
internal sealed record LogOptions(
    LogEventLevel Level,
    IReadOnlyList<(string Prefix, LogEventLevel Level)> Levels,
    LogFormat Console,
    LogFileOptions? File);

/// <summary>Log files.</summary>
/// <param name="Path">Full path; the date is put before the extension.</param>
/// <param name="Bytes">Size at which a new file begins.</param>
/// <param name="Keep">Files kept.</param>
/// <param name="Format">Never <see cref="LogFormat.Off"/>.</param>
internal sealed record LogFileOptions(string Path, long Bytes, int Keep, LogFormat Format);
