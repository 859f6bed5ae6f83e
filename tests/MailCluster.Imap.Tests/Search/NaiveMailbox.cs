using System.Globalization;
using System.Text;
using MailCluster.Imap.Tests.Fetch;
using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Search;

namespace MailCluster.Imap.Tests.Search;

/// <summary>
/// A message as its author meant it, and the naive answer to each key: what the engine must find, without parsing anything.
/// </summary>
internal sealed record NaiveMessage(
    uint Uid,
    int Number,
    SystemFlags Flags,
    string[] Keywords,
    DateTimeOffset InternalDate,
    uint SaveDate,
    int Size,
    long ModSeq,
    Guid EmailId,
    DateTimeOffset? Sent,
    (string Name, string Value)[] Fields,
    string BodyText)
{
    public bool Matches(SearchKey key, NaiveMailbox mailbox) => key switch
    {
        SearchKey.All or SearchKey.SaveDateSupported => true,
        SearchKey.And and => and.Keys.All(inner => Matches(inner, mailbox)),
        SearchKey.Or or => Matches(or.Left, mailbox) || Matches(or.Right, mailbox),
        SearchKey.Not not => !Matches(not.Key, mailbox),
        SearchKey.Flag flag => Flags.HasFlag(flag.Value),
        SearchKey.Keyword keyword => Keywords.Contains(keyword.Value, StringComparer.OrdinalIgnoreCase),
        SearchKey.Recent => mailbox.Recent.Contains(Uid),
        SearchKey.Messages { Set.IsSaved: true } => mailbox.Saved.Contains(Uid),
        SearchKey.Messages messages => messages.Set.Ranges.Any(range => InRange(range, messages.Uid ? Uid : (uint)Number, messages.Uid ? mailbox.LastUid : mailbox.Count)),
        SearchKey.Larger larger => Size > larger.Bytes,
        SearchKey.Smaller smaller => Size < smaller.Bytes,
        SearchKey.Date { Source: DateSource.Internal } date => On(date, DateOnly.FromDateTime(InternalDate.DateTime)),
        SearchKey.Date { Source: DateSource.Saved } date => On(date, DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeSeconds(SaveDate).UtcDateTime)),
        SearchKey.Date date => Sent is { } sent && On(date, DateOnly.FromDateTime(sent.DateTime)),
        SearchKey.Within { Younger: true } within => InternalDate >= NaiveMailbox.Now.AddSeconds(-within.Seconds),
        SearchKey.Within within => InternalDate <= NaiveMailbox.Now.AddSeconds(-within.Seconds),
        SearchKey.ModSeqSince modSeq => ModSeq >= modSeq.Value,
        SearchKey.EmailIdIs id => new EmailId(EmailId).ToString() == id.Value,
        SearchKey.ThreadIdIs => false,
        SearchKey.Header header => Fields.Any(field => field.Name.Equals(header.Name, StringComparison.OrdinalIgnoreCase) && Has(field.Value, header.Value)),
        SearchKey.Body body => Has(BodyText, body.Value),
        SearchKey.Text text => Has(BodyText, text.Value) || Fields.Any(field => Has($"{field.Name}: {field.Value}", text.Value)),
        _ => throw new ArgumentException(key.ToString()),
    };

    private static bool Has(string hay, string needle) => hay.ToLowerInvariant().Contains(needle.ToLowerInvariant(), StringComparison.Ordinal);

    private static bool InRange(SequenceRange range, uint number, uint star)
    {
        var first = range.First == SequenceRange.Star ? star : range.First;
        var last = range.Last == SequenceRange.Star ? star : range.Last;
        return number >= Math.Min(first, last) && number <= Math.Max(first, last);
    }

    private static bool On(SearchKey.Date date, DateOnly day) => date.Relation switch
    {
        DateRelation.Before => day < date.Day,
        DateRelation.On => day == date.Day,
        _ => day >= date.Day,
    };
}

/// <summary>A random folder and its plain description.</summary>
internal sealed class NaiveMailbox
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly string[] Words = ["alpha", "Beta", "gr\u00fc\u00dfe", "\u043f\u0440\u0438\u0432\u0435\u0442", "delta", "x-ray", "\u6771\u4eac", "zulu", "a", "<p>"];

    public TestFolder Folder { get; } = new();

    public List<NaiveMessage> Messages { get; } = [];

    public uint Count => (uint)Messages.Count;

    public uint LastUid => Messages.Count == 0 ? 0 : Messages[^1].Uid;

    public UidSet Recent { get; private set; } = UidSet.Empty;

    public UidSet Saved { get; private set; } = UidSet.Empty;

    public static NaiveMailbox Random(Random random, int count)
    {
        var mailbox = new NaiveMailbox();
        for (var i = 0; i < count; i++)
            mailbox.AddRandom(random);
        mailbox.Recent = UidSet.OfRange(mailbox.LastUid / 2 + 1, uint.MaxValue);
        mailbox.Saved = UidSet.FromUids([.. mailbox.Messages.Where(_ => random.Next(3) == 0).Select(static message => message.Uid)]);
        return mailbox;
    }

    public IEnumerable<int> Find(SearchKey key) => Messages.Where(message => message.Matches(key, this)).Select(static message => message.Number - 1);

    private void AddRandom(Random random)
    {
        var fields = new List<(string Name, string Value)>();
        var header = new StringBuilder();
        foreach (var name in new[] { "Subject", "From", "To", "Cc", "Bcc", "X-Note", "Reply-To" })
        {
            if (random.Next(3) > 0)
                AddField(random, name, Phrase(random), fields, header);
        }

        DateTimeOffset? sent = null;
        if (random.Next(4) > 0)
        {
            sent = RandomDate(random);
            var text = sent.Value.ToString("ddd, d MMM yyyy HH:mm:ss ", CultureInfo.InvariantCulture)
                + sent.Value.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);
            fields.Add(("Date", text));
            header.Append(CultureInfo.InvariantCulture, $"Date: {text}\r\n");
        }

        var bodyText = string.Join('\n', Enumerable.Range(0, random.Next(4)).Select(_ => Phrase(random)));
        var body = AddBody(random, bodyText, fields, header);
        var message = Encoding.UTF8.GetBytes(header + "\r\n" + body);
        var flags = (SystemFlags)random.Next(32);
        var keywords = new[] { "$Junk", "Work", "Later" }.Where(_ => random.Next(3) == 0).ToArray();
        var date = RandomDate(random);
        var saveDate = (uint)RandomDate(random).ToUnixTimeSeconds();
        var modSeq = random.Next(1, 50);
        var uid = LastUid + (uint)random.Next(1, 4);
        Folder.Add(
            message, flags, keywords, uid, date, modSeq, saveDate, keepSummary: random.Next(8) > 0, keepText: random.Next(8) > 0);
        Messages.Add(new NaiveMessage(
            uid, Messages.Count + 1, flags, keywords, date, saveDate, message.Length, modSeq, new Guid(Messages.Count + 1, 0, 0, new byte[8]), sent, [.. fields], bodyText));
    }

    // As raw UTF-8, as an encoded-word, or folded.
    private static void AddField(Random random, string name, string value, List<(string Name, string Value)> fields, StringBuilder header)
    {
        fields.Add((name, value));
        header.Append(name).Append(": ").Append(random.Next(3) switch
        {
            0 => $"=?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}?=",
            1 => value.Replace(" ", "\r\n ", StringComparison.Ordinal),
            _ => value,
        }).Append("\r\n");
    }

    private static string AddBody(Random random, string text, List<(string Name, string Value)> fields, StringBuilder header)
    {
        var (type, encoding, body) = random.Next(3) switch
        {
            0 => ("text/plain; charset=utf-8", "base64", Convert.ToBase64String(Encoding.UTF8.GetBytes(text), Base64FormattingOptions.InsertLineBreaks)),
            1 => ("text/plain; charset=utf-16be", "base64", Convert.ToBase64String(Encoding.BigEndianUnicode.GetBytes(text))),
            _ => ("text/plain; charset=utf-8", "8bit", text.Replace("\n", "\r\n", StringComparison.Ordinal)),
        };
        fields.Add(("Content-Type", type));
        fields.Add(("Content-Transfer-Encoding", encoding));
        header.Append(CultureInfo.InvariantCulture, $"Content-Type: {type}\r\nContent-Transfer-Encoding: {encoding}\r\n");
        return body;
    }

    private static string Phrase(Random random) => string.Join(' ', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Words[random.Next(Words.Length)]));

    private static DateTimeOffset RandomDate(Random random) =>
        new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.FromHours(random.Next(-11, 13))).AddHours(random.Next(24 * 8));
}
