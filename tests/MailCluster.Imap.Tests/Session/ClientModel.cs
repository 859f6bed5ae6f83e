using System.Text.RegularExpressions;

namespace MailCluster.Imap.Tests.Session;

/// <summary>
/// What a client makes of a folder from untagged responses alone, with the strictness of a client that believes its server: numbers must be in range, UIDs must not
/// change under a number, expunges must not come where they may not.
/// </summary>
internal sealed partial class ClientModel
{
    /// <summary>UID by message number − 1; 0 while it is not known.</summary>
    public List<uint> Uids { get; } = [];

    /// <summary>Flags as last told, by UID; null while not known.</summary>
    public Dictionary<uint, string> Flags { get; } = [];

    /// <summary>MODSEQ as last told, by UID.</summary>
    public Dictionary<uint, long> ModSeqs { get; } = [];

    /// <summary>The command in progress permits expunges.</summary>
    public bool ExpungesAllowed { get; set; } = true;

    /// <summary>Flags in answers to SELECT's QRESYNC and FETCH are taken as told; a client that stored silently changes them itself.</summary>
    public void Apply(string response)
    {
        if (Numbered().Match(response) is { Success: true } numbered)
        {
            var number = int.Parse(numbered.Groups[1].Value);
            switch (numbered.Groups[2].Value)
            {
                case "EXISTS":
                    Assert.True(number >= Uids.Count, $"EXISTS shrinks from {Uids.Count}: {response}");
                    while (Uids.Count < number)
                        Uids.Add(0);
                    return;
                case "EXPUNGE":
                    Assert.True(ExpungesAllowed, $"EXPUNGE while it is not allowed: {response}");
                    Assert.InRange(number, 1, Uids.Count);
                    Forget(Uids[number - 1]);
                    Uids.RemoveAt(number - 1);
                    return;
                case "FETCH":
                    Assert.InRange(number, 1, Uids.Count);
                    Fetched(number, response);
                    return;
            }
        }

        if (VanishedSet().Match(response) is { Success: true } vanished)
        {
            var gone = Numbers(vanished.Groups[2].Value).ToHashSet();
            var earlier = vanished.Groups[1].Length > 0;
            Assert.True(earlier || ExpungesAllowed, $"VANISHED while it is not allowed: {response}");
            foreach (var uid in gone)
            {
                if (!Uids.Remove(uid) && !earlier)
                    RemoveUnknown(uid, response);
                Forget(uid);
            }
        }
    }

    /// <summary>A message that the client was told of by EXISTS alone: it stands between those with smaller and with greater UIDs.</summary>
    private void RemoveUnknown(uint uid, string response)
    {
        var position = Uids.FindLastIndex(known => known != 0 && known < uid) + 1;
        Assert.True(position < Uids.Count && Uids[position] == 0, $"the client has no message that could be UID {uid}: {response}");
        Uids.RemoveAt(position);
    }

    public static IEnumerable<uint> Numbers(string set) => set.Split(',').SelectMany(static part =>
    {
        var ends = part.Split(':').Select(uint.Parse).ToArray();
        return Enumerable.Range((int)ends[0], (int)(ends[^1] - ends[0]) + 1).Select(static n => (uint)n);
    });

    private void Fetched(int number, string response)
    {
        var uid = Uids[number - 1];
        if (UidItem().Match(response) is { Success: true } told)
        {
            var now = uint.Parse(told.Groups[1].Value);
            Assert.True(uid == 0 || uid == now, $"message {number} was UID {uid}: {response}");
            Assert.True(number == 1 || Uids[number - 2] < now, $"UIDs do not ascend: {response}");
            uid = Uids[number - 1] = now;
        }

        if (uid == 0)
            return;
        if (FlagsItem().Match(response) is { Success: true } flags)
            Flags[uid] = string.Join(' ', flags.Groups[1].Value.Split(' ').Where(static f => f is not ("" or "\\Recent")).Order(StringComparer.Ordinal));
        if (ModSeqItem().Match(response) is { Success: true } modSeq)
        {
            var now = long.Parse(modSeq.Groups[1].Value);
            Assert.True(now >= ModSeqs.GetValueOrDefault(uid), $"MODSEQ goes back from {ModSeqs.GetValueOrDefault(uid)}: {response}");
            ModSeqs[uid] = now;
        }
    }

    private void Forget(uint uid)
    {
        Flags.Remove(uid);
        ModSeqs.Remove(uid);
    }

    [GeneratedRegex(@"\A\* (\d+) (EXISTS|EXPUNGE|FETCH)")]
    private static partial Regex Numbered();

    [GeneratedRegex(@"\A\* VANISHED (\(EARLIER\) )?([\d:,]+)\z")]
    private static partial Regex VanishedSet();

    [GeneratedRegex(@"UID (\d+)")]
    private static partial Regex UidItem();

    [GeneratedRegex(@"FLAGS \(([^)]*)\)")]
    private static partial Regex FlagsItem();

    [GeneratedRegex(@"MODSEQ \((\d+)\)")]
    private static partial Regex ModSeqItem();
}
