using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.RegularExpressions;
using MailCluster.Delivery.Programs;
using MailCluster.Mailboxes;
using MailCluster.Sieve;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Delivery.Lists;

/// <summary>
/// The lists that the operator has set up for scripts (RFC 6134), shared ones and each account's own. Files are looked at once a second; whole entries are compared,
/// without regard to the case of letters.
/// </summary>
public sealed class ScriptLists
{
    private const string Prefix = "urn:ietf:params:sieve:";

    /// <summary>Files of accounts that are kept in memory.</summary>
    private const int FilesMax = 2_000;

    private static readonly TimeSpan s_lookInterval = TimeSpan.FromSeconds(1);
    private static readonly Regex s_placeholder = new("%[und]", RegexOptions.NonBacktracking);
    private static readonly char[] s_separators = [',', ';', ' ', '\t'];

    private readonly FrozenDictionary<string, ListSource> _lists;
    private readonly IScriptOwners _owners;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly BoundedMemory<string, ListFile> _files = new(FilesMax / 2);

    public ScriptLists(ListOptions options, IScriptOwners owners, TimeProvider time, ILogger<ScriptLists> log)
    {
        _lists = options.Lists.ToFrozenDictionary(static list => list.Name, StringComparer.OrdinalIgnoreCase);
        _owners = owners;
        _time = time;
        _log = log;
        RedirectMax = options.RedirectMax;
    }

    /// <summary>No lists are configured.</summary>
    public static ScriptLists None { get; } = new(new ListOptions(), new NoScriptOwners(), TimeProvider.System, NullLogger<ScriptLists>.Instance);

    /// <summary>Addresses that one redirect may have.</summary>
    public int RedirectMax { get; }

    /// <summary>A name as it is compared: <c>:addrbook:default</c> is short for <c>urn:ietf:params:sieve:addrbook:default</c> (RFC 6134 §2.1).</summary>
    public static string FullName(string name) => name.StartsWith(':') ? Prefix + name[1..] : name;

    /// <summary>Whether a value is in a list; null: there is no such list.</summary>
    /// <exception cref="SieveHostUnavailableException">The list cannot be read now.</exception>
    public async ValueTask<bool?> ContainsAsync(AccountId account, string list, string value, CancellationToken cancellationToken) =>
        await EntriesAsync(account, list, cancellationToken) is { } entries ? entries.Contains(value.Trim()) : null;

    /// <summary>All entries of a list; null: there is no such list.</summary>
    /// <exception cref="SieveHostUnavailableException">The list cannot be read now.</exception>
    public async ValueTask<ImmutableArray<string>?> MembersAsync(AccountId account, string list, CancellationToken cancellationToken) =>
        await EntriesAsync(account, list, cancellationToken) is { } entries ? entries.Items : null;

    private async ValueTask<FrozenSet<string>?> EntriesAsync(AccountId account, string list, CancellationToken cancellationToken)
    {
        if (!_lists.TryGetValue(FullName(list), out var source))
            return null;
        if (account == default && (source.Field is not null || source.IsPersonal))
            return FrozenSet<string>.Empty; // A script of nobody's, that is tried out.
        if (source.Field is { } field)
        {
            var fields = await _owners.FieldsAsync(account, cancellationToken);
            return fields.GetValueOrDefault(field, "").Split(s_separators, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        }

        return PathOf(source.File!, account) is { } path ? Entries(path, source.IsPersonal) : FrozenSet<string>.Empty;
    }

    /// <summary>Null: the account's name would lead elsewhere.</summary>
    private static string? PathOf(string template, AccountId account)
    {
        var name = account.Value;
        var at = name.LastIndexOf('@');
        var (local, domain) = at < 0 ? (name, "") : (name[..at], name[(at + 1)..]);
        var path = s_placeholder.Replace(template, found => found.ValueSpan[1] switch
        {
            'u' => name,
            'n' => local,
            _ => domain,
        });

        // An account's name has no slash, but may be or end in dots.
        return path.Split('/').Any(static part => part is "." or "..") ? null : path;
    }

    private FrozenSet<string> Entries(string path, bool mayBeMissing)
    {
        if (_files.TryGet(path, out var known) && _time.GetElapsedTime(known.LookedAt) < s_lookInterval)
            return known.Entries;
        try
        {
            var info = new FileInfo(path);
            if (!info.Exists && !mayBeMissing)
                throw new FileNotFoundException("there is no such file", path);
            var stamp = info.Exists ? (info.LastWriteTimeUtc, info.Length) : default;
            var entries = !info.Exists ? FrozenSet<string>.Empty : known is not null && known.Stamp == stamp ? known.Entries : ListFile.Read(path, info.Length);
            _files.Set(path, new ListFile(stamp, _time.GetTimestamp(), entries));
            return entries;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ListLog.CannotRead(_log, path, e.Message);
            throw new SieveHostUnavailableException($"The list {path} cannot be read: {e.Message}", e);
        }
    }
}
