using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace MailCluster.Edge.Tests;

public sealed class SpoolTests : IDisposable
{
    private const int MemoryMax = 64 * 1024;

    private readonly string _directory = Path.Combine(Path.GetTempPath(), "mailcluster-spool-" + Guid.NewGuid().ToString("N"));
    private readonly MessageSpoolFactory _factory;

    public SpoolTests() =>
        _factory = new MessageSpoolFactory(new SpoolOptions { MemoryMax = MemoryMax, TotalMemoryMax = 1024 * 1024, Directory = _directory });

    public void Dispose()
    {
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    public static TheoryData<int> Sizes => [0, 1, 1023, 1024, 16 * 1024, MemoryMax - 1, MemoryMax, MemoryMax + 1, 200_000, 3_000_000];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void What_is_written_in_any_pieces_is_read_back_whole(int size)
    {
        const int seed = 20260101;
        var random = new Random(seed);
        var message = new byte[size];
        random.NextBytes(message);
        foreach (var hint in new[] { 0, size / 2, size, size * 3 })
        {
            using var spool = _factory.Create(10_000_000, headRoom: 512, sizeHint: hint);
            var at = 0;
            while (at < size)
            {
                var piece = Math.Min(random.Next(1, 9000), size - at);
                if (random.Next(2) == 0)
                {
                    spool.Write(message.AsSpan(at, piece));
                }
                else
                {
                    message.AsSpan(at, piece).CopyTo(spool.GetSpan(piece));
                    spool.Advance(piece);
                }

                at += piece;
                Assert.Equal(at, spool.Length);
            }

            // Between the two the pool may have given a larger buffer than was asked for.
            if (size is <= MemoryMax or > 2 * MemoryMax)
                Assert.Equal(size > MemoryMax, spool.IsSpilled);
            Assert.True(spool.Content.Span.SequenceEqual(message), $"seed {seed}, hint {hint}");
            var prefixed = spool.WithPrefix("Return-Path: <>\r\n"u8);
            Assert.True(prefixed.Span.StartsWith("Return-Path: <>\r\n"u8));
            Assert.True(prefixed.Span[17..].SequenceEqual(message));
            // Another prefix in the same head room.
            prefixed = spool.WithPrefix("X: 1\r\n"u8);
            Assert.True(prefixed.Span.StartsWith("X: 1\r\n"u8));
            Assert.Equal(size + 6, prefixed.Length);
        }

        Assert.Equal(0, _factory.MemoryInUse);
    }

    [Fact]
    public void The_file_of_a_spilled_message_has_no_name()
    {
        using var spool = _factory.Create(10_000_000);
        spool.Write(new byte[3 * MemoryMax]);
        Assert.True(spool.IsSpilled);
        Assert.Empty(Directory.GetFileSystemEntries(_directory));
        Assert.Equal(3 * MemoryMax, spool.Content.Length);
    }

    [Fact]
    public void Only_so_many_messages_are_in_files_at_a_time()
    {
        var factory = new MessageSpoolFactory(new SpoolOptions { MemoryMax = MemoryMax, Directory = _directory, FilesMax = 1 });
        var first = factory.Create(10_000_000);
        first.Write(new byte[3 * MemoryMax]);
        using var second = factory.Create(10_000_000);
        Assert.Throws<IOException>(() => second.Write(new byte[3 * MemoryMax]));

        first.Dispose();
        first.Dispose();

        using var third = factory.Create(10_000_000);
        third.Write(new byte[3 * MemoryMax]);
        using var fourth = factory.Create(10_000_000);
        Assert.Throws<IOException>(() => fourth.Write(new byte[3 * MemoryMax]));
    }

    [Fact]
    public void Messages_that_together_take_too_much_memory_go_to_files_early()
    {
        var spools = new List<MessageSpool>();
        for (var i = 0; i < 40; i++)
        {
            var spool = _factory.Create(10_000_000);
            spool.Write(new byte[50_000]);
            spools.Add(spool);
        }

        Assert.Contains(spools, s => !s.IsSpilled);
        Assert.Contains(spools, s => s.IsSpilled);
        // What spilled keeps a window each, and no more.
        Assert.InRange(_factory.MemoryInUse, 1, (1024 * 1024) + (40 * 64 * 1024));
        foreach (var spool in spools)
        {
            Assert.Equal(50_000, spool.Content.Length);
            spool.Dispose();
        }

        Assert.Equal(0, _factory.MemoryInUse);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(100_000)]
    public void A_message_that_is_too_long_is_refused_at_the_byte_that_is_too_many(int max)
    {
        using var spool = _factory.Create(max);
        spool.Write(new byte[max - 1]);
        Assert.Throws<MessageTooLargeException>(() => spool.Write(new byte[2]));
        Assert.Equal(max - 1, spool.Length);
        spool.Write(new byte[1]);
        Assert.Throws<MessageTooLargeException>(() => spool.GetMemory());
        Assert.Equal(max, spool.Content.Length);
    }

    [Fact]
    public void An_announced_size_alone_takes_little_memory()
    {
        using var spool = _factory.Create(100_000_000, sizeHint: 100_000_000);
        Assert.InRange(_factory.MemoryInUse, 1, 2 * MemoryMax);
    }

    [Fact]
    public void A_read_message_takes_no_more()
    {
        using var spool = _factory.Create(1000);
        spool.Write("x"u8);
        Assert.Equal(1, spool.Content.Length);
        Assert.Throws<InvalidOperationException>(() => spool.Write("y"u8));
        Assert.Throws<ArgumentException>(() => spool.WithPrefix("too long for no head room"u8));
    }

    [Fact]
    public void A_disposed_spool_gives_nothing()
    {
        var spool = _factory.Create(1000);
        spool.Write(new byte[10]);
        spool.Dispose();
        spool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => spool.Content);
        Assert.Throws<ObjectDisposedException>(() => spool.GetMemory());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(300_000)]
    public async Task A_counted_piece_comes_from_a_pipe_and_leaves_the_rest(int count)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var bytes = new byte[count];
        new Random(7).NextBytes(bytes);
        for (var at = 0; at < count; at += 4999)
            await pipe.Writer.WriteAsync(bytes.AsMemory(at, Math.Min(4999, count - at)));
        await pipe.Writer.WriteAsync("rest"u8.ToArray());
        using var spool = _factory.Create(1_000_000);
        Assert.Equal(TransferOutcome.Complete, await spool.WriteFromAsync(pipe.Reader, count, default));
        Assert.True(spool.Content.Span.SequenceEqual(bytes));
        Assert.True(pipe.Reader.TryRead(out var rest));
        Assert.Equal("rest", Encoding.ASCII.GetString(rest.Buffer.ToArray()));
    }

    [Fact]
    public async Task A_piece_that_does_not_end_is_told_apart()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync("abc"u8.ToArray());
        await pipe.Writer.CompleteAsync();
        using var spool = _factory.Create(1000);
        Assert.Equal(TransferOutcome.Closed, await spool.WriteFromAsync(pipe.Reader, 10, default));
        await Assert.ThrowsAsync<MessageTooLargeException>(async () => await spool.WriteFromAsync(pipe.Reader, 1000, default));
    }
}
