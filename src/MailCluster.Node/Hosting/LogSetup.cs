using System.Globalization;
using MailCluster.Node.Configuration;
using Serilog;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Formatting.Json;

namespace MailCluster.Node.Hosting;

/// <summary>The log as configured: console, files, levels.</summary>
internal static class LogSetup
{
    private const string Template = "{Timestamp:yyyy-MM-dd'T'HH:mm:ss.fffzzz} {Level:u3} {SourceContext}: {Message:lj}{NewLine}{Exception}";

    public static Logger Create(LogOptions options)
    {
        var configuration = new LoggerConfiguration().MinimumLevel.Is(options.Level).Enrich.FromLogContext();
        foreach (var (prefix, level) in options.Levels)
        {
            configuration.MinimumLevel.Override(prefix, level);
        }
        if (options.Console != LogFormat.Off)
        {
            AddConsole(configuration.WriteTo, options.Console);
        }
        if (options.File is { } file)
        {
            AddFile(configuration.WriteTo, file);
        }
        return configuration.CreateLogger();
    }

    private static void AddConsole(LoggerSinkConfiguration sinks, LogFormat format)
    {
        if (format == LogFormat.Json)
        {
            sinks.Console(new JsonFormatter(renderMessage: true));
        }
        else
        {
            sinks.Console(outputTemplate: Template, formatProvider: CultureInfo.InvariantCulture);
        }
    }

    private static void AddFile(LoggerSinkConfiguration sinks, LogFileOptions file)
    {
        if (file.Format == LogFormat.Json)
        {
            sinks.File(new JsonFormatter(renderMessage: true), file.Path, rollingInterval: RollingInterval.Day, rollOnFileSizeLimit: true,
                fileSizeLimitBytes: file.Bytes, retainedFileCountLimit: file.Keep);
        }
        else
        {
            sinks.File(file.Path, outputTemplate: Template, formatProvider: CultureInfo.InvariantCulture, rollingInterval: RollingInterval.Day,
                rollOnFileSizeLimit: true, fileSizeLimitBytes: file.Bytes, retainedFileCountLimit: file.Keep);
        }
    }
}
