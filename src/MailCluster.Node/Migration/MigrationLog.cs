using System.Globalization;
using System.Text;
using MailCluster.Bodies;
using MailCluster.Mailboxes;
using MailCluster.Storage;

namespace MailCluster.Node.Migration;

/// <summary>
/// What a migration has done, in a file in the source's data directory: the memory that survives a kill. Only ever appended to; a line that was cut off in
/// the middle is thrown away. While the file is there no node serves that directory (<see cref="IsBegun"/>): what a node changed after its account was
/// copied would be left behind.
/// </summary>
/// <remarks>
/// <code>
/// mailcluster-migration 1 &lt;target&gt;     which database, and bucket, this is going to
/// account &lt;id&gt;                         from here on what the target has of it is ours
/// body &lt;old&gt; &lt;new&gt;                    a body is durable in the target, and what it is called there; new is zero for one that is gone for good
/// done &lt;id&gt;                            the account is there, read back and compared
/// complete                             all of them
/// </code>
/// </remarks>
internal sealed class MigrationLog : IDisposable
{
    public const string FileName = "migration.log";

    private const string Magic = "mailcluster-migration 1 ";

    private readonly FileStream _file;
    private readonly StringBuilder _pending = new();
    private readonly HashSet<AccountId> _done = [];
    private readonly Dictionary<AccountId, Dictionary<BodyRef, BodyRef>> _begun = [];
    private Dictionary<BodyRef, BodyRef> _bodies = [];

    private MigrationLog(FileStream file) => _file = file;

    /// <summary>Accounts of which something is in the target, and which are not finished.</summary>
    public IReadOnlyCollection<AccountId> Begun => _begun.Keys;

    public bool IsComplete { get; private set; }

    /// <summary>Accounts that are finished.</summary>
    public int DoneCount => _done.Count;

    /// <summary>Whether the directory is being migrated, or has been.</summary>
    public static bool IsBegun(string dataDirectory) => File.Exists(Path.Combine(dataDirectory, FileName));

    /// <summary>Opens the log, or begins it.</summary>
    /// <param name="dataDirectory">The source, held by the caller.</param>
    /// <param name="target">Names the target; no credentials.</param>
    /// <exception cref="MigrationException">The migration was begun to another target, or the file is something else.</exception>
    public static MigrationLog Open(string dataDirectory, string target)
    {
        var path = Path.Combine(dataDirectory, FileName);
        var isNew = !File.Exists(path);
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            var log = new MigrationLog(file);
            if (isNew || !log.Read(target, path))
            {
                log.Add(Magic + target);
                log.Flush();
                DurableFile.FlushDirectory(dataDirectory);
            }
            return log;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public bool IsDone(AccountId account) => _done.Contains(account);

    /// <summary>Begins an account, or goes on with it: the names of its bodies so far, old to new. Durable on return.</summary>
    public IReadOnlyDictionary<BodyRef, BodyRef> Begin(AccountId account)
    {
        Add($"account {account}");
        Flush();
        Apply($"account {account}");
        return _bodies;
    }

    /// <summary>A body of the account begun last. Durable with the next <see cref="Flush"/>.</summary>
    public void Copied(BodyRef old, BodyRef copy)
    {
        Add($"body {old} {copy}");
        _bodies[old] = copy;
    }

    /// <summary>Durable on return.</summary>
    public void Finish(AccountId account)
    {
        Add($"done {account}");
        Flush();
        Apply($"done {account}");
    }

    /// <summary>Durable on return.</summary>
    public void Complete()
    {
        Add("complete");
        Flush();
        IsComplete = true;
    }

    /// <summary>Brings what was added to stable storage.</summary>
    public void Flush()
    {
        if (_pending.Length == 0)
        {
            return;
        }
        _file.Write(Encoding.UTF8.GetBytes(_pending.ToString()));
        _file.Flush(flushToDisk: true);
        _pending.Clear();
    }

    public void Dispose() => _file.Dispose();

    private void Add(string line) => _pending.Append(line).Append('\n');

    /// <summary>False for a log in which not even the first line got to the disk.</summary>
    private bool Read(string target, string path)
    {
        using var reader = new StreamReader(_file, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        var text = reader.ReadToEnd();
        var whole = text[..(text.LastIndexOf('\n') + 1)];
        _file.SetLength(Encoding.UTF8.GetByteCount(whole));
        _file.Seek(0, SeekOrigin.End);
        var lines = whole.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0)
        {
            return false;
        }
        if (!lines[0].StartsWith(Magic, StringComparison.Ordinal))
        {
            throw new MigrationException($"{path} is not the log of a migration that this program knows");
        }
        if (lines[0][Magic.Length..] is var before && before != target)
        {
            throw new MigrationException($"this data directory is being migrated to {before}, not to {target}; to begin anew, empty that target and remove {path}");
        }
        foreach (var line in lines.AsSpan(1))
        {
            Apply(line);
        }
        return true;
    }

    private void Apply(string line)
    {
        switch (line.Split(' '))
        {
            case ["account", var id]:
                var account = AccountId.Create(id);
                _bodies = _begun.TryGetValue(account, out var known) ? known : _begun[account] = [];
                break;
            case ["body", var old, var copy]:
                _bodies[Parse(old)] = Parse(copy);
                break;
            case ["done", var id]:
                _done.Add(AccountId.Create(id));
                _begun.Remove(AccountId.Create(id));
                break;
            case ["complete"]:
                IsComplete = true;
                break;
            default:
                throw new MigrationException($"the migration's log has a line that makes no sense: {line}");
        }
    }

    private static BodyRef Parse(string text) => new(ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
}

/// <summary>A migration cannot go on. The message is for the operator.</summary>
internal sealed class MigrationException(string message, Exception? inner = null) : Exception(message, inner);
