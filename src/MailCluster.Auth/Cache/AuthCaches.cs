using MailCluster.Auth.Passwords;
using MailCluster.Auth.Users;

namespace MailCluster.Auth.Cache;

/// <summary>What authentication remembers on this node, for the operator (<c>mailctl auth cache</c>).</summary>
public sealed class AuthCaches
{
    private readonly AuthCache _answers;
    private readonly VerifiedPasswordCache _hashes;

    internal AuthCaches(AuthCache answers, VerifiedPasswordCache hashes)
    {
        _answers = answers;
        _hashes = hashes;
    }

    /// <summary>How much is remembered, and how often it helped since the start.</summary>
    public IReadOnlyList<AuthCacheStatus> Status() =>
    [
        new("answers", _answers.Count, _answers.PositiveHits, _answers.NegativeHits, _answers.Misses),
        new("hashes", _hashes.Count, _hashes.Hits, 0, _hashes.Misses),
    ];

    /// <summary>
    /// Forgets accounts, or everything when none is named; how many entries that was. Slow hashes that matched are forgotten only with everything: they are known
    /// by hash, and an account that has another one has nothing there.
    /// </summary>
    /// <param name="users">Names in any spelling; what cannot be a name has no entry.</param>
    public int Flush(IReadOnlyCollection<string> users)
    {
        if (users.Count > 0) return users.Sum(user => UserName.TryParse(user, out var account, out _) ? _answers.Clear(account) : 0);
        var hashes = _hashes.Count;
        _hashes.Clear();
        return hashes + _answers.Clear();
    }
}

/// <summary>One of the caches.</summary>
/// <param name="Cache"><c>answers</c>: of databases that ask other servers; <c>hashes</c>: slow hashes that matched.</param>
/// <param name="Entries">Entries now.</param>
/// <param name="PositiveHits">Logins let in from it.</param>
/// <param name="NegativeHits">Logins refused from it.</param>
/// <param name="Misses">Questions that it could not answer.</param>
public sealed record AuthCacheStatus(string Cache, int Entries, long PositiveHits, long NegativeHits, long Misses);
