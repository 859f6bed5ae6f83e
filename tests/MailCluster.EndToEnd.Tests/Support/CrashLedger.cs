using System.Collections.Concurrent;

namespace MailCluster.EndToEnd.Tests.Support;

/// <summary>What a folder was seen to hold.</summary>
internal sealed record FolderContent(string Name, uint Validity, IReadOnlyList<(uint Uid, byte[] Body)> Messages);

/// <summary>What a server has acknowledged, kept by the clients: the truth that it is measured against.</summary>
internal sealed class CrashLedger(IReadOnlyList<string> accounts)
{
    private enum Fate
    {
        /// <summary>Sent, no answer seen: may be there or not.</summary>
        Unknown,

        /// <summary>Acknowledged: there exactly once.</summary>
        Stored,

        /// <summary>An expunge was sent, no answer seen: may be there or not.</summary>
        PerhapsExpunged,

        /// <summary>An expunge was acknowledged: not there.</summary>
        Expunged,
    }

    private readonly ConcurrentDictionary<(string Account, int Number), Fate> _fates = new();
    private readonly Dictionary<(string Account, string Folder), uint> _validities = [];
    private readonly ConcurrentDictionary<(string Account, string Folder, uint Uid), int> _uids = new();
    private TaskCompletionSource _armed = new();
    private int _acknowledged;
    private int _expunged;
    private int _remaining;
    private int _expungesRemaining;
    private int _number;

    private const string Inbox = "INBOX";

    public int Acknowledged => _acknowledged;

    public int Expunged => _expunged;

    public IReadOnlyList<string> Accounts => accounts;

    /// <summary>A task that completes after so many more acknowledged messages and so many more acknowledged expunges.</summary>
    public Task ArmAfter(int messages, int expunges)
    {
        _armed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _remaining = messages;
        _expungesRemaining = expunges;
        return _armed.Task;
    }

    public int Sending(string account)
    {
        var number = Interlocked.Increment(ref _number);
        _fates[(account, number)] = Fate.Unknown;
        return number;
    }

    public void WasStored(string account, int number, uint? uid = null)
    {
        // Another client may have seen it before this answer came, and have begun to expunge it.
        _fates.TryUpdate((account, number), Fate.Stored, Fate.Unknown);
        if (uid is not null)
            Remember(account, Inbox, uid.Value, number, "the append's answer");
        Interlocked.Increment(ref _acknowledged);
        Count(ref _remaining);
    }

    public void Expunging(string account, int number) => _fates[(account, number)] = Fate.PerhapsExpunged;

    public void WasExpunged(string account, int number)
    {
        _fates[(account, number)] = Fate.Expunged;
        Interlocked.Increment(ref _expunged);
        Count(ref _expungesRemaining);
    }

    /// <summary>The answer of a move told under which UID the message is where it went.</summary>
    public void WasMoved(string account, int number, string folder, uint uid) => Remember(account, folder, uid, number, "the move's answer");

    /// <summary>Compares what an inbox holds with what was acknowledged, byte by byte and UID by UID.</summary>
    public void Verify(string account, uint validity, IReadOnlyList<(uint Uid, byte[] Body)> messages, string when) =>
        Verify(account, [new FolderContent(Inbox, validity, messages)], when);

    /// <summary>As with one folder, over all that an account's messages may be in: each is in one of them.</summary>
    public void Verify(string account, IReadOnlyList<FolderContent> folders, string when)
    {
        var found = new HashSet<int>();
        foreach (var (folder, validity, messages) in folders)
        {
            if (_validities.TryGetValue((account, folder), out var before))
                Assert.True(before == validity, $"{when}: {folder} of {account} had UIDVALIDITY {before} and has {validity}");
            _validities[(account, folder)] = validity;
            foreach (var (uid, body) in messages)
            {
                var number = TestMessages.NumberOf(body);
                Assert.True(found.Add(number), $"{when}: {account} has message {number} twice, the second in {folder}");
                Assert.True(_fates.ContainsKey((account, number)), $"{when}: {account} has message {number}, which nobody sent to it");
                Assert.True(
                    TestMessages.WithoutTrace(body).AsSpan().SequenceEqual(TestMessages.Make(number)), $"{when}: message {number} differs");
                Remember(account, folder, uid, number, when);
            }
        }

        foreach (var ((owner, number), fate) in _fates)
        {
            if (owner != account)
                continue;
            if (fate == Fate.Stored)
                Assert.True(found.Contains(number), $"{when}: {account} has lost message {number}");
            else if (fate == Fate.Expunged)
                Assert.False(found.Contains(number), $"{when}: {account} has message {number} again, which was expunged");
            else
                _fates[(owner, number)] = found.Contains(number) ? Fate.Stored : Fate.Expunged;
        }
    }

    private void Remember(string account, string folder, uint uid, int number, string when)
    {
        var known = _uids.GetOrAdd((account, folder, uid), number);
        Assert.True(known == number, $"{when}: {account} gave in {folder} UID {uid} to message {number} and to {known}");
    }

    private void Count(ref int counter)
    {
        Interlocked.Decrement(ref counter);
        if (Volatile.Read(ref _remaining) <= 0 && Volatile.Read(ref _expungesRemaining) <= 0)
            _armed.TrySetResult();
    }
}
