using System.Collections.Concurrent;

namespace MailCluster.EndToEnd.Tests.Cluster;

/// <summary>Keywords that were set and taken away, one writer an account: what has to be there in the end.</summary>
internal sealed class FlagLedger
{
    private readonly ConcurrentDictionary<(string Account, uint Uid, string Keyword), Wish> _wishes = new();

    private enum Wish
    {
        /// <summary>Not answered: either.</summary>
        Unknown,
        Set,
        Cleared,
    }

    public int Acknowledged { get; private set; }

    public void Storing(string account, uint uid, string keyword) => _wishes[(account, uid, keyword)] = Wish.Unknown;

    public void WasStored(string account, uint uid, string keyword, bool isSet)
    {
        _wishes[(account, uid, keyword)] = isSet ? Wish.Set : Wish.Cleared;
        Acknowledged++;
    }

    /// <summary>Compares an inbox with it.</summary>
    public void Verify(string account, IEnumerable<(uint Uid, string Flags)> messages, string when)
    {
        foreach (var (uid, flags) in messages)
        {
            var keywords = flags.Split(' ').Where(flag => flag.StartsWith('k')).ToHashSet();
            foreach (var ((owner, of, keyword), wish) in _wishes.Where(wish => wish.Key.Account == account && wish.Key.Uid == uid))
            {
                var isThere = keywords.Remove(keyword);
                Assert.True(wish == Wish.Unknown || isThere == (wish == Wish.Set), $"{when}: {owner}, UID {of}: {keyword} was {wish} last, and the flags are {flags}");
                _wishes[(owner, of, keyword)] = isThere ? Wish.Set : Wish.Cleared;
            }

            Assert.True(keywords.Count == 0, $"{when}: {account}, UID {uid} has {string.Join(' ', keywords)}, which nobody set");
        }
    }
}
