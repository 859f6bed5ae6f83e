using System.Security.Cryptography;
using System.Text;
using MailCluster.Auth.Native;

namespace MailCluster.Auth.Passwords;

/// <summary>How a password check ended.</summary>
internal enum PasswordCheck
{
    Match,
    Mismatch,

    /// <summary>Too many checks are waiting; nothing was computed.</summary>
    Busy,
}

/// <summary>
/// Runs password schemes where they do no harm. A slow hash takes tens of milliseconds of a core: on the thread pool a burst of logins
/// would hold every thread that serves open sessions. So at most <c>HashConcurrencyMax</c> run at once, each on a thread of its own
/// with a raised nice value, the others wait without a thread, and past <c>HashQueueMax</c> waiting ones the answer is "busy".
/// </summary>
internal sealed class PasswordHashing : IDisposable
{
    /// <summary>Nice value of hashing threads: sessions that are in go first when both want the core.</summary>
    private const int HashingNice = 5;

    private readonly SemaphoreSlim _slots;
    private readonly int _waitingMax;
    private readonly Lazy<string> _dummy;
    private int _waiting;
    private long _slowHashes;

    public PasswordHashing(AuthOptions options, PasswordSchemes schemes, VerifiedPasswordCache cache)
    {
        Schemes = schemes;
        Cache = cache;
        var slots = options.HashConcurrencyMax > 0 ? options.HashConcurrencyMax : Environment.ProcessorCount;
        _slots = new SemaphoreSlim(slots, slots);
        _waitingMax = options.HashQueueMax;
        _dummy = new Lazy<string>(() =>
        {
            var scheme = schemes.Usable(null);
            return $"{{{scheme.Name}}}{scheme.Hash(Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(32)))}";
        });
    }

    public PasswordSchemes Schemes { get; }

    public VerifiedPasswordCache Cache { get; }

    /// <summary>Slow checks that wait for a slot now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Slow hashes computed since the start, for metrics and tests.</summary>
    public long SlowHashes => Interlocked.Read(ref _slowHashes);

    /// <summary>Checks a password against a stored one of nobody in particular.</summary>
    /// <exception cref="PasswordSchemeException">The stored password cannot be checked: not the client's fault.</exception>
    public ValueTask<PasswordCheck> VerifyAsync(string stored, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
        VerifyAsync(null, stored, password, cancellationToken);

    /// <summary>Checks a password against the stored one of an account.</summary>
    /// <exception cref="PasswordSchemeException">The stored password cannot be checked: not the client's fault.</exception>
    public async ValueTask<PasswordCheck> VerifyAsync(
        string? account, string stored, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        var scheme = Schemes.Read(stored, out var hash);
        hash = hash with { Account = account };
        if (!scheme.IsSlow) return scheme.Verify(password.Span, hash) ? PasswordCheck.Match : PasswordCheck.Mismatch;
        var key = Cache.KeyOf(stored, password.Span);
        if (Cache.Contains(key)) return PasswordCheck.Match;
        var (ran, matched) = await RunSlowAsync(() => scheme.Verify(password.Span, hash), cancellationToken);
        if (!ran) return PasswordCheck.Busy;
        if (matched) Cache.Add(key);
        return matched ? PasswordCheck.Match : PasswordCheck.Mismatch;
    }

    /// <summary>
    /// Takes as long as a wrong password would, for a user that does not exist: checks against <paramref name="standIn"/>, a real stored
    /// password of the same database, or against a hash of the default scheme. The result is thrown away.
    /// </summary>
    public async ValueTask<PasswordCheck> SpendAsync(string? standIn, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        IPasswordScheme scheme;
        StoredHash hash;
        try
        {
            scheme = Schemes.Read(standIn ?? _dummy.Value, out hash);
        }
        catch (PasswordSchemeException)
        {
            scheme = Schemes.Read(_dummy.Value, out hash);
        }
        if (!scheme.IsSlow) return PasswordCheck.Mismatch;
        // The cache lookup of the real path costs a microsecond; it is done here too, and never hits.
        _ = Cache.Contains(Cache.KeyOf("", password.Span));
        var (ran, _) = await RunSlowAsync(() => scheme.Verify(password.Span, hash), cancellationToken);
        return ran ? PasswordCheck.Mismatch : PasswordCheck.Busy;
    }

    /// <summary>Makes a stored password, braces and all, with a scheme or the default one. Null when too many are waiting.</summary>
    /// <exception cref="PasswordSchemeException">The scheme cannot be used.</exception>
    public async ValueTask<string?> HashAsync(string? schemeName, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        var scheme = Schemes.Usable(schemeName);
        if (!scheme.IsSlow) return $"{{{scheme.Name}}}{scheme.Hash(password.Span)}";
        var (ran, text) = await RunSlowAsync(() => scheme.Hash(password.Span), cancellationToken);
        return ran ? $"{{{scheme.Name}}}{text}" : null;
    }

    /// <summary>Runs a computation of milliseconds as a slow hash is run. Null when too many are waiting.</summary>
    public async ValueTask<T?> ComputeAsync<T>(Func<T> work, CancellationToken cancellationToken)
        where T : class
    {
        var (ran, result) = await RunSlowAsync(work, cancellationToken);
        return ran ? result : null;
    }

    public void Dispose() => _slots.Dispose();

    // The work itself is never abandoned: it reads the caller's password buffer.
    private async ValueTask<(bool Ran, T? Result)> RunSlowAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiting) > _waitingMax)
        {
            Interlocked.Decrement(ref _waiting);
            return (false, default);
        }
        try
        {
            await _slots.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
        try
        {
            Interlocked.Increment(ref _slowHashes);
            return (true, await Task.Factory.StartNew(
                () =>
                {
                    LibC.BeNice(HashingNice);
                    return work();
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default));
        }
        finally
        {
            _slots.Release();
        }
    }
}
