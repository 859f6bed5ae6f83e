using MailCluster.Bodies;
using MailCluster.LoadGenerator.Messages;
using MailCluster.Mailboxes;
using MailCluster.Mime;

namespace MailCluster.Benchmarks;

/// <summary>A folder of different messages with their bodies in memory, so that nothing but our code is measured.</summary>
internal sealed class SampleFolder
{
    public const int MessageSize = 4096;

    private SampleFolder(FolderIndex index, InMemoryBodyStore bodies)
    {
        Index = index;
        Bodies = bodies;
    }

    public FolderIndex Index { get; }

    public InMemoryBodyStore Bodies { get; }

    public static async Task<SampleFolder> MakeAsync(int count)
    {
        var bodies = new InMemoryBodyStore();
        var rows = new MessageRow[count];
        for (var i = 0; i < count; i++)
        {
            var message = MessageMill.Make(i, MessageSize);
            var (summary, text) = MessageSummaryBuilder.Build(message, MimeLimits.Default);
            var body = await bodies.PutAsync(new NewBody("a@bench.test", Guid.NewGuid(), summary, text, message), CancellationToken.None);
            rows[i] = Row(i, body, message.Length);
        }
        return new SampleFolder(EmptyIndex().Append(rows, new ModSeq(count)), bodies);
    }

    public static FolderIndex EmptyIndex() => FolderIndex.Create(new FolderId(new Guid(1, 2, 3, new byte[8])), 7);

    public static MessageRow Row(int number, BodyRef body, int size) => new(
        (uint)number + 1,
        number % 2 == 0 ? SystemFlags.Seen : SystemFlags.None,
        0,
        new ModSeq(number + 1),
        new InternalDate(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(number)),
        0,
        (uint)size,
        new EmailId(new Guid(number, 0, 0, new byte[8])),
        body);

    /// <summary>An index alone, without messages behind it.</summary>
    public static FolderIndex IndexOf(int count)
    {
        var rows = new MessageRow[count];
        for (var i = 0; i < count; i++)
        {
            rows[i] = Row(i, new BodyRef((ulong)i + 1), MessageSize);
        }
        return EmptyIndex().Append(rows, new ModSeq(count));
    }
}
