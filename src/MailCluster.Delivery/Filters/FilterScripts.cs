using System.Collections.Concurrent;
using System.Collections.Immutable;
using MailCluster.Mailboxes;
using MailCluster.Sieve;

namespace MailCluster.Delivery.Filters;

/// <summary>A script and what the compiler made of it.</summary>
/// <param name="Name">What it is called in logs.</param>
/// <param name="Program">Null: it has an error.</param>
/// <param name="Problem">The first error.</param>
internal sealed record CompiledScript(string Name, SieveProgram? Program, string Problem)
{
    /// <summary>Of its content; of a user's script.</summary>
    public ScriptHash Hash { get; init; }
}

// Scripts are compiled once: a user's under the hash of its content, so that an account is asked for the content only when it has changed, and two accounts with
// the same script share the program; the operator's under the file's time and length, which are looked at once a second.

/// <summary>The scripts that a delivery runs, compiled.</summary>
internal sealed class FilterScripts(IMailboxClient mailboxes, SieveCompiler compiler, FilterOptions options, TimeProvider time)
{
    private static readonly TimeSpan s_lookInterval = TimeSpan.FromSeconds(1);

    private readonly BoundedMemory<ScriptHash, CompiledScript> _programs = new(options.ProgramsMax / 2);
    private readonly BoundedMemory<AccountId, ScriptHash> _active = new(options.ProgramsMax);
    private readonly ConcurrentDictionary<string, FileEntry> _files = new(StringComparer.Ordinal);

    /// <summary>Whether there is any script but the users' own.</summary>
    public bool HasFiles => options.Before.Length + options.After.Length > 0 || options.Default is not null;

    /// <summary>The account's active script; null when none is.</summary>
    /// <exception cref="MailboxRefusedException">The account cannot be asked now.</exception>
    public async ValueTask<CompiledScript?> ActiveAsync(AccountId account, CancellationToken cancellationToken)
    {
        var known = _active.TryGet(account, out var hash) && _programs.TryGet(hash, out _) ? hash : ScriptHash.None;
        while (true)
        {
            var active = await mailboxes.SendAsync(account, new GetActiveScript(known), CommandContext.None, cancellationToken);
            if (active.Script is not { } script)
                return null;
            if (CompiledOf(script) is { } compiled)
            {
                _active.Set(account, script.Hash);
                return compiled;
            }

            // Forgotten between the two steps.
            known = ScriptHash.None;
        }
    }

    /// <summary>A script of the account by name; null when there is none.</summary>
    /// <exception cref="MailboxRefusedException">The account cannot be asked now.</exception>
    public async ValueTask<CompiledScript?> PersonalAsync(AccountId account, string name, CancellationToken cancellationToken)
    {
        if (!ScriptName.TryCreate(name, out var script, out _))
            return null;
        try
        {
            return CompiledOf(await mailboxes.SendAsync(account, new GetScript(script), CommandContext.None, cancellationToken));
        }
        catch (MailboxRefusedException e) when (e.Reason == RefusalReason.NonExistent)
        {
            return null;
        }
    }

    /// <summary>A script of the operator's by name; null when there is none.</summary>
    public CompiledScript? Global(string name)
    {
        if (options.GlobalDirectory is not { } directory || name.Length == 0 || name.AsSpan().IndexOfAny('/', '\\', '\0') >= 0 || name[0] == '.')
            return null;
        return File(Path.Combine(directory, name + ".sieve"));
    }

    /// <summary>The script of a file; null when there is no such file.</summary>
    public CompiledScript? File(string path)
    {
        if (_files.TryGetValue(path, out var entry) && time.GetElapsedTime(entry.LookedAt) < s_lookInterval)
            return entry.Script;
        var info = new FileInfo(path);
        var stamp = info.Exists ? (info.LastWriteTimeUtc, info.Length) : default;
        var script = entry is not null && entry.Stamp == stamp ? entry.Script : info.Exists ? Read(path) : null;
        _files[path] = new FileEntry(stamp, time.GetTimestamp(), script);
        return script;
    }

    private CompiledScript Read(string path)
    {
        try
        {
            return Compile(Path.GetFileNameWithoutExtension(path), System.IO.File.ReadAllBytes(path), SieveScope.Global);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new CompiledScript(path, null, e.Message);
        }
    }

    /// <summary>Null: the answer has no content, and it is not known here.</summary>
    private CompiledScript? CompiledOf(ScriptText script)
    {
        if (_programs.TryGet(script.Hash, out var known))
            return known with { Name = script.Name.Value };
        if (script.Content.IsEmpty)
            return null;
        var compiled = Compile(script.Name.Value, script.Content.AsSpan(), SieveScope.Personal) with { Hash = script.Hash };
        _programs.Set(script.Hash, compiled);
        return compiled;
    }

    private CompiledScript Compile(string name, ReadOnlySpan<byte> content, SieveScope scope)
    {
        var compilation = compiler.Compile(content, scope);
        var error = compilation.Diagnostics.FirstOrDefault(diagnostic => diagnostic.Severity == SieveSeverity.Error);
        return new CompiledScript(name, compilation.Program, error?.ToString() ?? "");
    }

    private sealed record FileEntry((DateTime, long) Stamp, long LookedAt, CompiledScript? Script);
}
