using System.Collections.Frozen;
using System.Globalization;
using MailCluster.Mailboxes;
using MailCluster.Sieve;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Delivery.Programs;

/// <summary>For whom a program runs.</summary>
/// <param name="Account">Whose script it was; the default for nobody's, which is tried out.</param>
/// <param name="Sender">The envelope's sender; empty for none.</param>
/// <param name="Recipient">The envelope's recipient.</param>
/// <param name="OriginalRecipient">The recipient as it was first written, if that is known; else empty.</param>
/// <param name="Session">In log lines.</param>
public sealed record ProgramContext(AccountId Account, string Sender, string Recipient, string OriginalRecipient, string Session)
{
    /// <summary>The address of an ORCPT (RFC 3461 §4.2: a type, a semicolon, the address); what has no type is one.</summary>
    public static string AddressOf(string original) => original[(original.IndexOf(';', StringComparison.Ordinal) + 1)..];
}

/// <summary>What a program gave.</summary>
/// <param name="ExitCode">0: it did what it was asked for.</param>
/// <param name="Output">What it wrote; of a pipe nothing is kept.</param>
/// <param name="Problem">Why it could not be run, or did not end by itself; null where the exit code says all.</param>
public sealed record ProgramResult(int ExitCode, ReadOnlyMemory<byte> Output, string? Problem)
{
    public bool IsSuccess => ExitCode == 0 && Problem is null;
}

/// <summary>The programs that scripts of a node may run: found, bounded in number, run, told of in the log.</summary>
public sealed class ScriptPrograms : IDisposable
{
    /// <summary>What a shell says of a program that it does not find.</summary>
    private const int NotFound = 127;

    /// <summary>And of one that it cannot run.</summary>
    private const int NotRunnable = 126;

    private readonly ProgramOptions _options;
    private readonly IScriptOwners _owners;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _turns;
    private readonly CancellationTokenSource _stopping = new();

    public ScriptPrograms(ProgramOptions options, IScriptOwners owners, TimeProvider time, ILogger<ScriptPrograms> log)
    {
        _options = options;
        _owners = owners;
        _time = time;
        _log = log;
        _turns = new SemaphoreSlim(options.AtOnceMax);
    }

    /// <summary>No programs are configured.</summary>
    public static ScriptPrograms None { get; } = new(new ProgramOptions(), new NoScriptOwners(), TimeProvider.System, NullLogger<ScriptPrograms>.Instance);

    /// <summary>Runs a program to its end, which comes within its time. Only cancellation and a lack of turns are exceptions; all else is a result.</summary>
    /// <param name="input">A message, or text; its lines are brought to the form that is configured.</param>
    /// <exception cref="SieveHostUnavailableException">As many as may run do so already, the user databases are away, or the node stops.</exception>
    public async ValueTask<ProgramResult> RunAsync(
        SieveProgramKind kind, string name, IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, ProgramContext context, CancellationToken cancellationToken)
    {
        if (KindOf(kind) is not { } options)
            return CannotRun(kind, name, context, NotFound, $"no programs are configured (sieve.programs.{NameOf(kind)}.bin-dir)");
        if (!OperatingSystem.IsLinux())
            return CannotRun(kind, name, context, NotRunnable, "programs are run on Linux only");
        if (ProgramDirectory.Find(options.Directory, name, out var problem) is not { } path)
            return CannotRun(kind, name, context, NotFound, problem);
        if (arguments.Any(static argument => argument.Contains('\0', StringComparison.Ordinal)))
            return CannotRun(kind, name, context, NotRunnable, "an argument holds a null character");
        var fields = context.Account == default ? FrozenDictionary<string, string>.Empty : await _owners.FieldsAsync(context.Account, cancellationToken);
        await WaitForTurnAsync(kind, name, context, cancellationToken);
        try
        {
            var begun = _time.GetTimestamp();
            var start = new ProgramStart(
                path, arguments, EnvironmentOf(context, fields), options.LineEnd == ProgramLineEnd.Lf ? LineEnds.ToLf(input) : LineEnds.ToCrLf(input),
                kind == SieveProgramKind.Pipe ? null : _options.OutputMax, options.Timeout, _options);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
            var end = await ProgramProcess.RunAsync(start, _time, either.Token);
            cancellationToken.ThrowIfCancellationRequested();
            if (end.Problem is not null && _stopping.IsCancellationRequested)
                throw new SieveHostUnavailableException("The node stops.");
            Tell(kind, name, context, end, (long)_time.GetElapsedTime(begun).TotalMilliseconds);
            if (end.Problem is not null)
                return new ProgramResult(end.ExitCode, ReadOnlyMemory<byte>.Empty, end.Problem);
            return new ProgramResult(end.ExitCode, kind == SieveProgramKind.Filter ? LineEnds.ToCrLf(end.Output) : end.Output, null);
        }
        catch (IOException e)
        {
            return CannotRun(kind, name, context, NotRunnable, e.Message);
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>Why a program cannot be run, without running it; null if it can.</summary>
    public string? WhyNot(SieveProgramKind kind, string name)
    {
        if (KindOf(kind) is not { } options)
            return $"no programs are configured (sieve.programs.{NameOf(kind)}.bin-dir)";
        if (!OperatingSystem.IsLinux())
            return "programs are run on Linux only";
        return ProgramDirectory.Find(options.Directory, name, out var problem) is null ? problem : null;
    }

    /// <summary>Ends what still runs: no program outlives its node, and the message comes again.</summary>
    public void Dispose() => _stopping.Cancel();

    private async ValueTask WaitForTurnAsync(SieveProgramKind kind, string name, ProgramContext context, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(_options.WaitMax, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await _turns.WaitAsync(either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            ProgramLog.TooMany(_log, context.Account, kind, name, context.Session);
            throw new SieveHostUnavailableException("Too many programs are running.", e);
        }
    }

    // Nothing of the node's own environment: it may hold passwords.
    private List<string> EnvironmentOf(ProgramContext context, IReadOnlyDictionary<string, string> fields)
    {
        var environment = new List<string>
        {
            "PATH=/usr/local/bin:/usr/bin:/bin",
            "LANG=C.UTF-8",
            $"USER={context.Account}",
            $"HOST={_options.HostName}",
        };
        Add("HOME", fields.GetValueOrDefault("home", ""));
        Add("SENDER", context.Sender);
        Add("RECIPIENT", context.Recipient);
        Add("ORIG_RECIPIENT", context.OriginalRecipient);
        return environment;

        void Add(string name, string value)
        {
            if (value.Length > 0)
                environment.Add($"{name}={value.Replace('\0', '?')}");
        }
    }

    private void Tell(SieveProgramKind kind, string name, ProgramContext context, ProgramEnd end, long milliseconds)
    {
        if (end.Problem is { } problem)
            ProgramLog.Failed(_log, context.Account, kind, name, context.Session, milliseconds, problem, end.Errors);
        else if (end.ExitCode == 0)
            ProgramLog.Ran(_log, context.Account, kind, name, context.Session, end.ExitCode, milliseconds);
        else if (kind == SieveProgramKind.Pipe)
            ProgramLog.Failed(_log, context.Account, kind, name, context.Session, milliseconds, string.Create(CultureInfo.InvariantCulture, $"exit code {end.ExitCode}"), end.Errors);
        else
            ProgramLog.EndedBadly(_log, context.Account, kind, name, context.Session, end.ExitCode, milliseconds, end.Errors);
    }

    private ProgramResult CannotRun(SieveProgramKind kind, string name, ProgramContext context, int code, string problem)
    {
        ProgramLog.CannotRun(_log, context.Account, kind, name, context.Session, problem);
        return new ProgramResult(code, ReadOnlyMemory<byte>.Empty, problem);
    }

    private ProgramKindOptions? KindOf(SieveProgramKind kind) => kind switch
    {
        SieveProgramKind.Pipe => _options.Pipe,
        SieveProgramKind.Filter => _options.Filter,
        _ => _options.Execute,
    };

    private static string NameOf(SieveProgramKind kind) => kind.ToString().ToLowerInvariant();
}
