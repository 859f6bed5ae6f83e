using MailCluster.Hocon.Binding;
using Serilog.Events;

namespace MailCluster.Node.Configuration;

internal static partial class NodeOptionsReader
{
    private static readonly (string Word, LogEventLevel Level)[] LogLevels =
    [
        ("information", LogEventLevel.Information),
        ("trace", LogEventLevel.Verbose),
        ("debug", LogEventLevel.Debug),
        ("warning", LogEventLevel.Warning),
        ("error", LogEventLevel.Error),
    ];

    private static LogOptions ReadLog(HoconSection section) => new(
        section.Choice("level", LogLevels),
        section.Choices("levels", LogLevels),
        section.Choice("console", ("text", LogFormat.Text), ("json", LogFormat.Json), ("off", LogFormat.Off)),
        section.Section("file", ReadLogFile));

    private static LogFileOptions? ReadLogFile(HoconSection section)
    {
        var path = section.OptionalText("path");
        var bytes = section.Size("size", 64 << 10, 1L << 40);
        var keep = section.Integer("keep", 1, 100_000);
        var format = section.Choice("format", ("text", LogFormat.Text), ("json", LogFormat.Json));
        return path is null ? null : new LogFileOptions(FullPath(path), bytes, keep, format);
    }
}
