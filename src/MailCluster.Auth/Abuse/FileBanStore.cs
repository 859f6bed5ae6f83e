using System.Globalization;
using MailCluster.Auth.Native;
using MailCluster.Auth.PassDb.PasswdFile;

namespace MailCluster.Auth.Abuse;

/// <summary>
/// Bans in a text file, one a line: network, since, until (<c>-</c>: never), reason, parted by tabs; times in ISO 8601. The file is written anew beside itself
/// and renamed, so that a crash leaves the old one or the new one. Lines that make no sense are left out and kept nowhere.
/// </summary>
public sealed class FileBanStore(string path) : IBanStore, IDisposable
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ssK";

    private readonly SemaphoreSlim _turn = new(1, 1);

    public async ValueTask<IReadOnlyList<Ban>> ListAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return [.. (await ReadAsync(cancellationToken)).Values.Where(ban => !ban.IsOver(now))];
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask PutAsync(Ban ban, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var bans = await ReadAsync(cancellationToken);
            bans[ban.Network] = ban;
            Write(bans.Values.Where(kept => !kept.IsOver(now)));
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask<bool> RemoveAsync(ClientNetwork network, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var bans = await ReadAsync(cancellationToken);
            if (!bans.Remove(network)) return false;
            Write(bans.Values);
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async ValueTask<Dictionary<ClientNetwork, Ban>> ReadAsync(CancellationToken cancellationToken)
    {
        var bans = new Dictionary<ClientNetwork, Ban>();
        try
        {
            if (!File.Exists(path)) return bans;
            foreach (var line in await File.ReadAllLinesAsync(path, cancellationToken))
            {
                if (Parse(line) is { } ban) bans[ban.Network] = ban;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BanStoreException($"{path} cannot be read: {e.Message}", e);
        }
        return bans;
    }

    private void Write(IEnumerable<Ban> bans)
    {
        var next = path + ".next";
        try
        {
            using (var file = PrivateFile.Open(next, FileMode.Create))
            using (var writer = new StreamWriter(file))
            {
                foreach (var ban in bans.OrderBy(ban => ban.Since))
                    writer.WriteLine(string.Join('\t', ban.Network, Show(ban.Since), ban.Until is { } until ? Show(until) : "-", ban.Reason));
                writer.Flush();
                file.Flush(flushToDisk: true);
            }

            File.Move(next, path, overwrite: true);
            LibC.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BanStoreException($"{path} cannot be written: {e.Message}", e);
        }
    }

    private static string Show(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    private static Ban? Parse(string line)
    {
        var fields = line.Split('\t', 4);
        if (fields.Length < 4 || ClientNetwork.Parse(fields[0]) is not { } network || Time(fields[1]) is not { } since) return null;
        var until = Time(fields[2]);
        return until is null && fields[2] != "-" ? null : new Ban(network, since, until, Ban.Tidy(fields[3]));
    }

    private static DateTimeOffset? Time(string text) =>
        DateTimeOffset.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
