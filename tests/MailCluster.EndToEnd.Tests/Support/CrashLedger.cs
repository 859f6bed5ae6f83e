using System.Collections.Concurrent;

namespace MailCluster.EndToEnd.Tests.Support;

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
    private readonly Dictionary<string, uint> _validities = [];
    private readonly ConcurrentDictionary<(string Account, uint Uid), int> _uids = new();
    private TaskCompletionSource _armed = new();
    private int _acknowledged;
    private int _expunged;
    private int _remaining;
    private int _expungesRemaining;
    private int _number;

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
            Remember(account, uid.Value, number, "the append's answer");
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

    /// <summary>Compares what a folder holds with what was acknowledged, byte by byte and UID by UID.</summary>
    public void Verify(string account, uint validity, IReadOnlyList<(uint Uid, byte[] Body)> messages, string when)
    {
        if (_validities.TryGetValue(account, out var before))
            Assert.True(before == validity, $"{when}: {account} had UIDVALIDITY {before} and has {validity}");
        _validities[account] = validity;

        var found = new HashSet<int>();
        foreach (var (uid, body) in messages)
        {
            var number = TestMessages.NumberOf(body);
            Assert.True(found.Add(number), $"{when}: {account} has message {number} twice");
            Assert.True(_fates.ContainsKey((account, number)), $"{when}: {account} has message {number}, which nobody sent to it");
            Assert.True(
                TestMessages.WithoutTrace(body).AsSpan().SequenceEqual(TestMessages.Make(number)), $"{when}: message {number} differs");
            Remember(account, uid, number, when);
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

    private void Remember(string account, uint uid, int number, string when)
    {
        var known = _uids.GetOrAdd((account, uid), number);
        Assert.True(known == number, $"{when}: {account} gave UID {uid} to message {number} and to {known}");
    }

    private void Count(ref int counter)
    {
        Interlocked.Decrement(ref counter);
        if (Volatile.Read(ref _remaining) <= 0 && Volatile.Read(ref _expungesRemaining) <= 0)
            _armed.TrySetResult();
    }
}
