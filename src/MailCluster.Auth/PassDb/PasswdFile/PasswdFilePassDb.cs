using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MailCluster.Auth.Passwords;
using MailCluster.Auth.Users;
using Microsoft.Extensions.Logging;

namespace MailCluster.Auth.PassDb.PasswdFile;

/// <summary>
/// Accounts in a Dovecot-format passwd-file. Each question looks at the file's stamp (one system call) and reads the file again when
/// it changed, so an edit by hand, by a script or by <c>mailctl</c> counts for the next login and no watcher is needed. A file that is
/// missing from the start has no accounts; one that cannot be read, or that was there and is gone (a script that removes it before it
/// writes the new one, a file system that was unmounted), is a failure, because "unknown user" would make LMTP bounce mail.
/// </summary>
internal sealed partial class PasswdFilePassDb(
    string path, PasswordHashing hashing, TimeProvider time,
    ILogger<PasswdFilePassDb> logger) : IPassDb, IUserDirectory, IUserStore, IDisposable
{
    private readonly byte[] _standInKey = RandomNumberGenerator.GetBytes(16);
    private readonly Lock _reload = new();
    private volatile PasswdTable _table = PasswdTable.Empty;
    private FileStamp _failedStamp;
    private bool _isLost;

    public string Name => "passwd-file";

    public PassDbCapabilities Capabilities => PassDbCapabilities.Password | PassDbCapabilities.Credentials;

    public string Location => path;

    public async ValueTask<PassDbResult> VerifyAsync(
        PassDbQuery query, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        if (Find(query, out var entry, out var standIn) is { } none) return none;
        try
        {
            return await CredentialCheck.VerifyAsync(hashing, query, entry!.User, entry.Password, standIn, password, cancellationToken);
        }
        catch (PasswordSchemeException e)
        {
            PasswdFileLog.HashUnusable(logger, path, query.Account, e.Message);
            return PassDbResult.InternalFailure;
        }
    }

    public ValueTask<PassDbResult> LookupCredentialsAsync(PassDbQuery query, CancellationToken cancellationToken) =>
        ValueTask.FromResult(
            Find(query, out var entry, out var standIn) ?? CredentialCheck.Credentials(query, entry!.User, entry.Password, standIn));

    // Null when there is an entry.
    private PassDbResult? Find(PassDbQuery query, out PasswdEntry? entry, out string? standIn)
    {
        entry = null;
        standIn = null;
        try
        {
            var table = Current();
            standIn = table.StandInFor(StandInHash(query.Account));
            entry = table.Find(query.Account);
            return entry is null ? new PassDbResult(PassDbStatus.UnknownUser, StandIn: standIn) : null;
        }
        catch (UserDirectoryException)
        {
            // Current has logged it.
            return PassDbResult.InternalFailure;
        }
    }

    public ValueTask<UserInfo?> FindUserAsync(string username, CancellationToken cancellationToken)
    {
        var table = Current();
        return ValueTask.FromResult(UserName.TryParse(username, out var account, out _) ? table.Find(account)?.User : null);
    }

    public async IAsyncEnumerable<UserInfo> ListUsersAsync(string? pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var table = Current();
        foreach (var account in table.Accounts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if ((pattern is null || UserPattern.Matches(pattern, account)) && table.Find(account) is { } entry) yield return entry.User;
        }
        await ValueTask.CompletedTask;
    }

    public void Dispose() => _edits.Dispose();

    private uint StandInHash(string account) =>
        MemoryMarshal.Read<uint>(HMACSHA256.HashData(_standInKey, Encoding.UTF8.GetBytes(account)));

    /// <summary>The table of the file as it is now.</summary>
    private PasswdTable Current()
    {
        var table = _table;
        var stamp = FileStamp.Of(path);
        return stamp == table.Stamp ? table : Reload();
    }

    private PasswdTable Reload()
    {
        lock (_reload)
        {
            // Taken before the reading: a change in the middle leaves an older stamp and is seen next time.
            var stamp = FileStamp.Of(path);
            if (stamp == _table.Stamp) return _table;
            if (!stamp.Exists)
            {
                if (!_isLost) PasswdFileLog.Lost(logger, path);
                _isLost = true;
                throw new UserDirectoryException($"the user file {path} is gone; put it back, or restart the node to begin without accounts");
            }
            try
            {
                var table = PasswdTable.Read(
                    stamp, File.ReadLines(path), (line, problem) => PasswdFileLog.BadLine(logger, path, line, problem));
                if (PrivateFile.IsReadableByAll(path)) PasswdFileLog.WorldReadable(logger, path);
                PasswdFileLog.Loaded(logger, path, table.Accounts.Count);
                _isLost = false;
                return _table = table;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                if (_failedStamp != stamp) PasswdFileLog.Unreadable(logger, path, e.Message);
                _failedStamp = stamp;
                throw new UserDirectoryException($"cannot read the user file {path}: {e.Message}", e);
            }
        }
    }
}
