using System.Runtime.InteropServices;
using MailCluster.Bodies;
using MailCluster.Node.Configuration;
using MailCluster.Node.Hosting;
using MailCluster.Node.Hosting.Storage;
using MailCluster.Node.Migration;
using MailCluster.Persistence;
using MailCluster.Storage;
using Microsoft.Extensions.Logging;
using Serilog.Extensions.Logging;

namespace MailCluster.Node.Commands;

/// <summary>
/// <c>mailcluster migrate</c>, and <c>mailctl migrate</c>: moves the mail and the users of a stopped node's data directory to the storage of the configuration.
/// A signal stops it between two messages; it goes on when it is run again, as after a kill.
/// </summary>
internal static class MigrateCommand
{
    /// <summary>Whose writes these are, among those of nodes.</summary>
    private const string WriterName = "migration";

    public static async Task<int> RunAsync(CommandLine commandLine, TextWriter output, TextWriter errors)
    {
        if (ConfigCommand.Load(commandLine, errors) is not { } configuration)
        {
            return ExitCodes.Configuration;
        }
        var options = configuration.Options;
        var isDryRun = commandLine.Has("--dry-run");
        if (options.Storage.Journal != JournalKind.Postgres)
        {
            errors.WriteLine("mailcluster: migrate needs a configuration with storage.journal = postgres: that is where the mail goes");
            return ExitCodes.Configuration;
        }
        UnixProcess.KeepFilesPrivate();
        await using var logger = LogSetup.Create(options.Log with { Console = LogFormat.Off });
        using var loggers = new SerilogLoggerFactory(logger);
        using var stopping = new CancellationTokenSource();
        using var terminated = Stop(PosixSignal.SIGTERM, stopping);
        using var interrupted = Stop(PosixSignal.SIGINT, stopping);
        try
        {
            var from = Path.GetFullPath(commandLine.Value("--from")!);
            if (!File.Exists(Path.Combine(from, "FORMAT")))
            {
                throw new MigrationException($"{from} is no data directory of a node");
            }
            using var directory = NodeDirectory.Open(from);
            await using var source = await StorageFactory.OpenSourceAsync(directory, options, loggers, TimeProvider.System, stopping.Token);
            var users = commandLine.Value("--users") ?? Path.Combine(from, "users");
            var progress = new MigrationProgress(output, TimeProvider.System);
            var failed = isDryRun
                ? await new MigrationRehearsal(source, progress).RunAsync(users, stopping.Token)
                : await MigrateAsync(directory, source, users, options, loggers, progress, stopping.Token);
            return failed == 0 ? ExitCodes.Success : ExitCodes.Failure;
        }
        catch (Exception error) when (error is NodeStartException or MigrationException or JournalUnavailableException or BodyStoreUnavailableException
            or WriterFencedException or StorageFormatException or IOException or UnauthorizedAccessException or Auth.Users.UserDirectoryException)
        {
            errors.WriteLine($"mailcluster: {error.Message}");
            errors.WriteLine("mailcluster: what is moved stays moved; the same command goes on from there");
            return ExitCodes.System;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            errors.WriteLine("mailcluster: stopped; the same command goes on from there");
            return ExitCodes.Failure;
        }
    }

    private static async Task<int> MigrateAsync(
        NodeDirectory directory, INodeStorage source, string users, NodeOptions options, ILoggerFactory loggers, MigrationProgress progress,
        CancellationToken cancellationToken)
    {
        await using var target = await StorageFactory.OpenAsync(directory, options, loggers, TimeProvider.System, cancellationToken);
        using var log = MigrationLog.Open(directory.Path, target.Location);
        if (log.IsComplete)
        {
            progress.Say($"everything was moved to {target.Location} already");
            return 0;
        }
        var keepFreed = options.History.Retention > options.History.Grace ? options.History.Retention : options.History.Grace;
        var writer = await target.Writers.RegisterAsync(WriterName, cancellationToken);
        var failed = await new MailMigration(source, target, log, keepFreed, options.Mime, TimeProvider.System, progress).RunAsync(writer, cancellationToken);
        // Last: nobody logs in, and nothing is delivered, before the mail is there.
        failed += await new UserMigration(target.Accounts!, progress).RunAsync(users, cancellationToken);
        await target.Writers.FenceAsync(writer, cancellationToken);
        if (failed == 0)
        {
            log.Complete();
            progress.Say($"all {log.DoneCount} accounts are in {target.Location}; {directory.Path} is as it was and can be kept as a backup");
        }
        else
        {
            progress.Say($"{failed} accounts or users were not moved; see above, then run this again");
        }
        return failed;
    }

    private static PosixSignalRegistration Stop(PosixSignal signal, CancellationTokenSource stopping) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        stopping.Cancel();
    });
}
