using System.Text;
using MailCluster.Auth.Native;
using MailCluster.Auth.Passwords;
using MailCluster.Auth.Users;

namespace MailCluster.Auth.PassDb.PasswdFile;

/// <summary>
/// Changing the file. Under a lock (one in the process, and a lock file beside the users for other processes): read the lines, change
/// one, write them all to <c>users.new</c> (0600), fsync it, rename it over <c>users</c>, fsync the directory. A crash before the rename
/// leaves the old file and a stray <c>users.new</c> that the next change overwrites; after it, the new file; never half of one.
/// Lines that are not concerned (comments too) stay as they are. The slow hash is computed before the lock is taken.
/// </summary>
internal sealed partial class PasswdFilePassDb
{
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim _edits = new(1, 1);

    public async ValueTask<UserChange> AddAsync(
        string account, ReadOnlyMemory<byte> password, string? scheme, IReadOnlyDictionary<string, string>? fields,
        CancellationToken cancellationToken)
    {
        AccountFields.Check(account, fields);
        if (Current().Find(account) is not null) return UserChange.Exists;
        var stored = await HashAsync(scheme, password, cancellationToken);
        return await EditAsync(
            (lines, found) =>
            {
                if (found >= 0) return UserChange.Exists;
                lines.Add(PasswdEntry.Format(account, stored, fields));
                return UserChange.Done;
            },
            account,
            cancellationToken);
    }

    public async ValueTask<UserChange> SetPasswordAsync(
        string account, ReadOnlyMemory<byte> password, string? scheme, CancellationToken cancellationToken)
    {
        AccountFields.Check(account, null);
        if (Current().Find(account) is null) return UserChange.NotFound;
        var stored = await HashAsync(scheme, password, cancellationToken);
        return await EditAsync(
            (lines, found) =>
            {
                if (found < 0) return UserChange.NotFound;
                lines[found] = PasswdEntry.WithPassword(lines[found], stored);
                return UserChange.Done;
            },
            account,
            cancellationToken);
    }

    public ValueTask<UserChange> DeleteAsync(string account, CancellationToken cancellationToken)
    {
        AccountFields.Check(account, null);
        return EditAsync(
            (lines, found) =>
            {
                if (found < 0) return UserChange.NotFound;
                // A second line of the same name, ignored so far, must not come to life now.
                lines.RemoveAll(line => IsLineOf(line, account));
                return UserChange.Done;
            },
            account,
            cancellationToken);
    }

    private static bool IsLineOf(string line, string account) =>
        PasswdEntry.TryParse(line, out var entry, out _) && entry!.User.Account == account;

    private async ValueTask<string> HashAsync(string? scheme, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
        await hashing.HashAsync(scheme, password, cancellationToken)
        ?? throw new UserDirectoryException("too many password hashes are waiting; try again in a moment");

    private async ValueTask<UserChange> EditAsync(
        Func<List<string>, int, UserChange> change, string account, CancellationToken cancellationToken)
    {
        await _edits.WaitAsync(cancellationToken);
        try
        {
            var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
            Directory.CreateDirectory(directory);
            await using var fileLock = await LockAsync(cancellationToken);
            List<string> lines = File.Exists(path) ? [.. await File.ReadAllLinesAsync(path, cancellationToken)] : [];
            var outcome = change(lines, lines.FindIndex(line => IsLineOf(line, account)));
            if (outcome == UserChange.Done) Replace(lines, directory);
            return outcome;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserDirectoryException($"cannot change the user file {path}: {e.Message}", e);
        }
        finally
        {
            _edits.Release();
        }
    }

    private void Replace(List<string> lines, string directory)
    {
        var fresh = path + ".new";
        File.Delete(fresh);
        using (var stream = PrivateFile.Open(fresh, FileMode.CreateNew))
        {
            foreach (var line in lines) stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
            stream.Flush(flushToDisk: true);
        }
        File.Move(fresh, path, overwrite: true);
        LibC.SyncDirectory(directory);
        PasswdFileLog.Changed(logger, path);
    }

    // FileShare.None is flock(LOCK_EX | LOCK_NB) here. The lock file stays: deleting it would let two processes lock two files of one name.
    private async ValueTask<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return PrivateFile.Open(path + ".lock", FileMode.OpenOrCreate);
            }
            catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException))
            {
                if (time.GetElapsedTime(started) >= LockTimeout) throw;
            }
            await Task.Delay(LockRetry, time, cancellationToken);
        }
    }
}
