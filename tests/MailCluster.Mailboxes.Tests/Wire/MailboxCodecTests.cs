using System.Buffers;
using MailCluster.Actors;
using MailCluster.Mailboxes.Wire;
using MailCluster.Persistence;

namespace MailCluster.Mailboxes.Tests.Wire;

/// <summary>Whatever mailboxes are sent, answer or fail with crosses to another node and comes out the same.</summary>
public sealed class MailboxCodecTests
{
    private const int SamplesEach = 20;
    private const string FirstRequest =
        "0A1000112233445566778899AABBCCDDEEFF120273311A04696D617022093139322E302E322E315A240A10FFEEDDCCBBAA9988776655443322110012040A020306180120012A04746F646F304D";
    private const string FirstReply =
        "0A10220E084E12040A0203051A040A02090052140A10FFEEDDCCBBAA99887766554433221100104E";
    private static readonly MailboxCodec Codec = new();

    private static readonly IReadOnlyList<Type> Commands =
        [.. typeof(MailboxCodec).Assembly.GetTypes().Where(type => !type.IsAbstract && typeof(IMailboxCommand).IsAssignableFrom(type))];

    public static TheoryData<string> CommandTypes => new(Commands.Select(type => type.Name));

    public static TheoryData<string> ResultTypes => new(Commands.Select(ResultOf).OfType<Type>().Append(typeof(FolderPlace)).Select(type => type.Name).Distinct());

    public static TheoryData<RefusalReason> Reasons => new(Enum.GetValues<RefusalReason>());

    [Theory]
    [MemberData(nameof(CommandTypes))]
    public void A_request_comes_out_as_it_went_in(string name)
    {
        var type = Commands.Single(type => type.Name == name);
        for (var seed = 0; seed < SamplesEach; seed++)
        {
            var samples = new Samples(seed);
            var request = new MailboxRequest((IMailboxCommand)samples.Of(type), (CommandContext)samples.Of(typeof(CommandContext)));
            var read = Assert.IsType<MailboxRequest>(Codec.ReadMessage(Written(bytes => Codec.WriteMessage(request, bytes))));

            Assert.True(read.IsRemote);
            Assert.Equal(Samples.Text(request with { IsRemote = true }), Samples.Text(read));
        }
    }

    [Theory]
    [MemberData(nameof(ResultTypes))]
    public void An_answer_comes_out_as_it_went_in(string name)
    {
        var type = Commands.Select(ResultOf).OfType<Type>().Append(typeof(FolderPlace)).First(type => type.Name == name);
        for (var seed = 0; seed < SamplesEach; seed++)
        {
            var samples = new Samples(seed);
            var result = type == typeof(Done) ? Done.Value : samples.Of(type);
            var answer = new RemoteAnswer(result, [new FolderMark((FolderId)samples.Of(typeof(FolderId)), new ModSeq(seed)), new FolderMark(default, default, Gone: true)]);
            var read = Codec.ReadReply(Written(bytes => Codec.WriteReply(answer, bytes)));

            Assert.Equal(Samples.Text(answer), Samples.Text(read));
        }
    }

    [Fact]
    public void Commands_without_id_may_not_be_repeated_and_queries_may()
    {
        var id = CommandContext.None with { Id = new CommandId(Guid.NewGuid()) };

        Assert.False(Codec.MayBeRepeated(new MailboxRequest(new PurgeAccount(), CommandContext.None)));
        Assert.True(Codec.MayBeRepeated(new MailboxRequest(new PurgeAccount(), id)));
        Assert.True(Codec.MayBeRepeated(new MailboxRequest(new ListFolders(), CommandContext.None)));
    }

    [Theory]
    [MemberData(nameof(Reasons))]
    public void A_refusal_is_seen_as_it_is(RefusalReason reason)
    {
        var read = Assert.IsType<MailboxRefusedException>(Crossed(new MailboxRefusedException(reason, "why")));

        Assert.Equal((reason, "why"), (read.Reason, read.Message));
    }

    [Fact]
    public void Failures_after_which_one_asks_again_are_seen_as_they_are()
    {
        var actor = new PersistenceId("alice@example.com");
        var unavailable = Crossed(new PersistenceUnavailableException(actor, new JournalUnavailableException("away")));
        var fenced = Crossed(new WriterFencedException(new WriterGeneration(7)));

        Assert.Equal(actor, Assert.IsType<PersistenceUnavailableException>(unavailable).Actor);
        Assert.IsType<PersistenceUnavailableException>(Crossed(new JournalUnavailableException("away")));
        Assert.Equal(7, Assert.IsType<WriterFencedException>(fenced).Generation.Value);
        Assert.Equal(actor, Assert.IsType<RecoveryFailedException>(Crossed(new RecoveryFailedException(actor, "gap"))).Actor);
        Assert.False(Codec.TryWriteFailure(new InvalidOperationException("a bug"), new ArrayBufferWriter<byte>()));
    }

    [Fact]
    public void An_owner_whose_time_ran_out_before_the_askers_is_unavailable_and_no_bug()
    {
        var late = Crossed(new AskTimeoutException("a command", TimeSpan.FromSeconds(30)));

        Assert.Equal(RefusalReason.Unavailable, Assert.IsType<MailboxRefusedException>(late).Reason);
    }

    [Fact]
    public void An_answer_that_is_too_large_is_a_refusal()
    {
        var folders = Enumerable.Range(0, 400).Select(i => (FolderName.Create("f" + i), new Samples(i).Index()));
        var released = new Bodies.BodyRef[WireReplies.BytesMax / 8];
        var answer = new RemoteAnswer(new AccountInspection([.. folders], [.. released], []), []);

        var read = Assert.IsType<RemoteAnswer>(Codec.ReadReply(Written(bytes => Codec.WriteReply(answer, bytes))));

        Assert.Equal(RefusalReason.Limit, Assert.IsType<MailboxRefusedException>(read.Result).Reason);
    }

    [Fact]
    public void What_a_later_release_adds_to_a_message_is_passed_over()
    {
        var command = new MailboxRequest(new DeleteFolder(FolderName.Create("Old")), CommandContext.None);
        var bytes = new ArrayBufferWriter<byte>();
        Codec.WriteMessage(command, bytes);
        byte[] unknownField = [0xFA, 0x3F, 3, 1, 2, 3]; // field 1023, three bytes
        bytes.Write(unknownField);

        var read = (MailboxRequest)Codec.ReadMessage(bytes.WrittenMemory);

        Assert.Equal(command.Command, read.Command);
    }

    [Fact]
    public void What_a_later_release_adds_as_a_kind_is_refused_as_unknown()
    {
        byte[] unknownKind = [0xFA, 0x3F, 3, 1, 2, 3];

        Assert.Throws<InvalidDataException>(() => Codec.ReadMessage(unknownKind));
        Assert.Throws<InvalidDataException>(() => Codec.ReadReply(unknownKind));
        Assert.Throws<InvalidDataException>(() => Codec.ReadFailure(unknownKind));
        Assert.Throws<InvalidDataException>(() => Codec.ReadMessage(new byte[] { 0x0A, 0xFF }));
    }

    /// <summary>Bytes that a release wrote are read by every later one: never change these.</summary>
    [Fact]
    public void Bytes_of_the_first_release_mean_what_they_meant()
    {
        var context = new CommandContext(new CommandId(new Guid("00112233-4455-6677-8899-aabbccddeeff")), "s1", "imap", "192.0.2.1");
        var folder = new FolderId(new Guid("ffeeddcc-bbaa-9988-7766-554433221100"));
        var request = new MailboxRequest(
            new StoreFlags(folder, UidSet.OfRange(3, 9), FlagOperation.Add, SystemFlags.Seen, ["todo"], new ModSeq(77)), context, IsRemote: true);
        var answer = new RemoteAnswer(
            new StoreResult(new ModSeq(78), UidSet.OfRange(3, 8), UidSet.Of(9)), [new FolderMark(folder, new ModSeq(78))]);

        Assert.Equal(FirstRequest, Convert.ToHexString(Written(bytes => Codec.WriteMessage(request, bytes)).Span));
        Assert.Equal(FirstReply, Convert.ToHexString(Written(bytes => Codec.WriteReply(answer, bytes)).Span));
        Assert.Equal(Samples.Text(request), Samples.Text(Codec.ReadMessage(Convert.FromHexString(FirstRequest))));
        Assert.Equal(Samples.Text(answer), Samples.Text(Codec.ReadReply(Convert.FromHexString(FirstReply))));
    }

    private static Exception Crossed(Exception failure)
    {
        var bytes = new ArrayBufferWriter<byte>();
        Assert.True(Codec.TryWriteFailure(failure, bytes));
        return Codec.ReadFailure(bytes.WrittenMemory);
    }

    private static ReadOnlyMemory<byte> Written(Action<IBufferWriter<byte>> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        write(bytes);
        return bytes.WrittenMemory;
    }

    /// <summary>What the command answers; null for those whose answer depends on where the asker is.</summary>
    private static Type? ResultOf(Type command)
    {
        for (var type = command; type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(MailboxCommand<>))
                return type.GetGenericArguments()[0];
        }

        return null;
    }
}
