using MailCluster.Bodies;

namespace MailCluster.Mailboxes.Tests.Index;

/// <summary>What a folder index must do, done in the simplest way: a list.</summary>
internal sealed class FolderModel
{
    public List<ModelMessage> Messages { get; init; } = [];

    public List<(ModSeq ModSeq, uint Uid)> Vanished { get; init; } = [];

    public uint UidNext { get; set; } = 1;

    public FolderModel Clone() => new() { Messages = [.. Messages], Vanished = [.. Vanished], UidNext = UidNext };

    public UidSet SetFlags(UidSet uids, FlagOperation operation, SystemFlags flags, string[] keywords, ModSeq modSeq)
    {
        var changed = new UidSet.Builder();
        for (var i = 0; i < Messages.Count; i++)
        {
            var old = Messages[i];
            if (!uids.Contains(old.Row.Uid))
                continue;
            var system = operation switch
            {
                FlagOperation.Add => old.Row.Flags | flags,
                FlagOperation.Remove => old.Row.Flags & ~flags,
                _ => flags,
            };
            var names = operation switch
            {
                FlagOperation.Add => old.Keywords.Union(keywords, StringComparer.OrdinalIgnoreCase),
                FlagOperation.Remove => old.Keywords.Except(keywords, StringComparer.OrdinalIgnoreCase),
                _ => keywords,
            };
            var now = new ModelMessage(old.Row with { Flags = system, ModSeq = modSeq }, Normal(names));
            if (system == old.Row.Flags && now.Keywords.SequenceEqual(old.Keywords))
                continue;
            changed.Add(old.Row.Uid);
            Messages[i] = now;
        }

        return changed.Build();
    }

    public static string[] Normal(IEnumerable<string> keywords) =>
        [.. keywords.Select(k => k.ToLowerInvariant()).Distinct().Order(StringComparer.Ordinal)];

    public static MessageRow Row(Random random, uint uid, ModSeq modSeq) => new(
        uid,
        (SystemFlags)random.Next(32),
        0,
        modSeq,
        new InternalDate(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.FromMinutes(15 * random.Next(-40, 40))).AddSeconds(uid * 7L)),
        1_700_000_000 + uid,
        (uint)random.Next(200, 90_000),
        new EmailId(new Guid(RandomBytes(random, 16))),
        new BodyRef(((ulong)uid << 14) + (ulong)random.Next(9000)));

    private static byte[] RandomBytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}

internal sealed record ModelMessage(MessageRow Row, string[] Keywords);
