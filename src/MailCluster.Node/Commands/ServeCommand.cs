using System.Runtime.InteropServices;
using MailCluster.Node.Configuration;
using MailCluster.Node.Hosting;
using Microsoft.Extensions.Logging;
using Serilog.Core;
using Serilog.Extensions.Logging;

namespace MailCluster.Node.Commands;

/// <summary><c>mailcluster serve</c>: runs a node until SIGTERM or SIGINT. SIGHUP looks at the certificates.</summary>
internal static class ServeCommand
{
    public static async Task<int> RunAsync(CommandLine commandLine)
    {
        if (ConfigCommand.Load(commandLine, Console.Error) is not { } configuration)
        {
            return ExitCodes.Configuration;
        }
        UnixProcess.KeepFilesPrivate();
        if (configuration.Options.User is { } user && !TryBecome(user, configuration.Options.DataDirectory))
        {
            return ExitCodes.System;
        }
        await using var logger = CreateLogger(configuration.Options.Log);
        if (logger is null)
        {
            return ExitCodes.System;
        }
        using var loggers = new SerilogLoggerFactory(logger);
        var log = loggers.CreateLogger("MailCluster.Node");
        MailTransport.PrepareThreadPool();
        await using var node = new NodeHost(configuration.Options, loggers, TimeProvider.System);
        using var signals = new StopSignals(node, log);
        try
        {
            await node.StartAsync(signals.Stopping);
        }
        catch (NodeStartException error)
        {
            NodeLog.CannotStart(log, error.Message);
            return ExitCodes.System;
        }
        catch (OperationCanceledException) when (signals.Stopping.IsCancellationRequested)
        {
            return ExitCodes.Success;
        }
        catch (Exception error)
        {
            NodeLog.StartFailed(log, error);
            return ExitCodes.Failure;
        }
        var ended = await Task.WhenAny(signals.Signal, node.Fault);
        await node.StopAsync(await ended);
        return ended == node.Fault ? ExitCodes.Superseded : ExitCodes.Success;
    }

    /// <summary>False: it cannot, which has been said. There is no log yet: its files will be the user's.</summary>
    private static bool TryBecome(string user, string dataDirectory)
    {
        try
        {
            Privileges.Become(user, dataDirectory);
            return true;
        }
        catch (NodeStartException error)
        {
            Console.Error.WriteLine($"mailcluster: {error.Message}");
            return false;
        }
    }

    /// <returns>Null if the log file cannot be written, which has been said then.</returns>
    private static Logger? CreateLogger(LogOptions options)
    {
        try
        {
            if (options.File is { } file)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(file.Path)!);
                // The sink drops what it cannot write without a word; a node that was told to keep a log must not start without one.
                var probe = Path.Combine(Path.GetDirectoryName(file.Path)!, $".probe-{Environment.ProcessId}");
                File.WriteAllText(probe, "");
                File.Delete(probe);
            }
            return LogSetup.Create(options);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"mailcluster: the log file {options.File?.Path} cannot be written: {error.Message}");
            return null;
        }
    }

    /// <summary>The first signal stops gently; a second SIGINT stops at once.</summary>
    private sealed class StopSignals : IDisposable
    {
        private readonly ILogger _log;
        private readonly TaskCompletionSource<string> _signal = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly CancellationTokenSource _stopping = new();
        private readonly PosixSignalRegistration[] _registrations;

        public StopSignals(NodeHost node, ILogger log)
        {
            _log = log;
            _registrations =
            [
                PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
                PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
                PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
                {
                    context.Cancel = true;
                    node.LookAtCertificates();
                }),
            ];
        }

        /// <summary>Completes with the signal's name.</summary>
        public Task<string> Signal => _signal.Task;

        /// <summary>Cancelled by the first signal.</summary>
        public CancellationToken Stopping => _stopping.Token;

        public void Dispose()
        {
            foreach (var registration in _registrations)
            {
                registration.Dispose();
            }
            _stopping.Dispose();
        }

        private void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            if (_signal.TrySetResult(context.Signal.ToString()))
            {
                _stopping.Cancel();
                return;
            }
            // Only from the keyboard: service managers may well send SIGTERM twice (to the process and to its group).
            if (context.Signal == PosixSignal.SIGINT)
            {
                NodeLog.StopForced(_log);
                Environment.Exit(ExitCodes.Failure);
            }
        }
    }
}
