using System.Text;
using MailCluster.Bodies;
using MailCluster.Mailboxes;
using MailCluster.Mime;

namespace MailCluster.Imap.Tests.Fetch;

/// <summary>A folder over a body store in memory, made message by message.</summary>
internal sealed class TestFolder
{
    private readonly List<byte[]> _messages = [];

    public TestBodies Bodies { get; } = new();

    public FolderIndex Index { get; private set; } = FolderIndex.Create(new FolderId(new Guid(1, 2, 3, new byte[8])), 7);

    public byte[] MessageAt(int position) => _messages[position];

    public void Add(
        string message,
        SystemFlags flags = SystemFlags.None,
        string[]? keywords = null,
        uint? uid = null,
        DateTimeOffset? date = null,
        long modSeq = 0,
        uint saveDate = 0,
        bool keepSummary = true,
        bool keepText = true,
        bool keepBody = true) =>
        Add(Encoding.UTF8.GetBytes(message), flags, keywords, uid, date, modSeq, saveDate, keepSummary, keepText, keepBody);

    public void Add(
        byte[] message,
        SystemFlags flags = SystemFlags.None,
        string[]? keywords = null,
        uint? uid = null,
        DateTimeOffset? date = null,
        long modSeq = 0,
        uint saveDate = 0,
        bool keepSummary = true,
        bool keepText = true,
        bool keepBody = true,
        byte[]? summary = null)
    {
        var (built, text) = MessageSummaryBuilder.Build(message, MimeLimits.Default);
        var emailId = new Guid(_messages.Count + 1, 0, 0, new byte[8]);
        var body = keepBody ? Bodies.Put(summary ?? (keepSummary ? built : []), keepText ? text : [], message) : new BodyRef(ulong.MaxValue);
        _messages.Add(message);
        var sets = Index.Keywords.Intern(keywords ?? [], out var set);
        var highest = new ModSeq(Math.Max(Index.HighestModSeq.Value + 1, modSeq));
        var row = new MessageRow(
            uid ?? Index.UidNext,
            flags,
            set,
            modSeq == 0 ? highest : new ModSeq(modSeq),
            new InternalDate(date ?? new DateTimeOffset(2026, 2, 1, 12, 0, 0, TimeSpan.FromHours(1))),
            saveDate,
            (uint)message.Length,
            new EmailId(emailId),
            body);
        Index = Index.WithKeywords(sets).Append([row], highest);
    }
}
