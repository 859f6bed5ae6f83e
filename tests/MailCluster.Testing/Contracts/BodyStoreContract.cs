using System.Text;
using MailCluster.Bodies;
using Xunit;

namespace MailCluster.Testing.Contracts;

/// <summary>What every <see cref="IBodyStore"/> keeps. Each test has a store of its own, empty at first.</summary>
public abstract class BodyStoreContract : IAsyncLifetime
{
    private static readonly BodyRef Unknown = new(0x0000_0fff_0000_0001);
    private static readonly DateTimeOffset Day = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private BodyStoreHarness? _harness;

    protected BodyStoreHarness Harness => _harness!;

    protected IBodyStore Store => Harness.Store;

    protected abstract ValueTask<BodyStoreHarness> OpenAsync();

    public async Task InitializeAsync() => _harness = await OpenAsync();

    public async Task DisposeAsync() => await Harness.DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4_096)]
    [InlineData(3_000_000)]
    public async Task What_was_put_is_read_back_whole_and_in_pieces(int length)
    {
        var body = Bytes(length, seed: length);
        var reference = await PutAsync("alice@example.com", body, "summary"u8.ToArray(), "text"u8.ToArray());

        Assert.NotEqual(BodyRef.None, reference);
        Assert.Equal(length, await Store.GetLengthAsync(reference, CancellationToken.None));
        Assert.Equal(body, await ReadAllAsync(reference));
        Assert.Equal("summary", Encoding.ASCII.GetString(await SummaryAsync(reference)));
        Assert.Equal("text", Encoding.ASCII.GetString(await TextAsync(reference)));

        var piece = new byte[1_000];
        for (long offset = 0; offset < length; offset += 333_333)
        {
            var read = await Store.ReadAsync(reference, offset, piece, CancellationToken.None);
            Assert.Equal(Math.Min(piece.Length, length - offset), read);
            Assert.True(piece.AsSpan(0, read).SequenceEqual(body.AsSpan((int)offset, read)));
        }

        Assert.Equal(0, await Store.ReadAsync(reference, length, piece, CancellationToken.None));
        Assert.Equal(0, await Store.ReadAsync(reference, length + 5L, piece, CancellationToken.None));
    }

    [Fact]
    public async Task Each_put_has_a_reference_of_its_own_even_for_equal_bytes()
    {
        var body = Bytes(100, 1);
        var references = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => PutAsync("a", body))));
        Assert.Equal(200, references.Distinct().Count());
    }

    [Fact]
    public async Task Many_at_once_do_not_mix()
    {
        var bodies = Enumerable.Range(0, 300).Select(i => Bytes(i * 37 % 5_000, i)).ToList();
        var references = await Task.WhenAll(bodies.Select((body, i) =>
            Task.Run(() => PutAsync($"user{i % 7}", body, Bytes(i % 50, i + 1), Bytes(i % 90, i + 2)))));
        for (var i = 0; i < bodies.Count; i++)
            Assert.Equal(bodies[i], await ReadAllAsync(references[i]));

        await ExpectDerivedAsync(references, Enumerable.Range(0, 300).ToArray());
        await Harness.ReopenAsync();
        await ExpectDerivedAsync(references, Enumerable.Range(0, 300).Reverse().ToArray());
        await ExpectDerivedAsync(references, [5, 5, 299, 0, 5, 150]);
        await ExpectDerivedAsync(references, []);
    }

    [Fact]
    public async Task The_callers_buffers_are_not_kept()
    {
        byte[] summary = [1, 2, 3], text = [4, 5, 6], body = [7, 8, 9];
        var reference = await PutAsync("a", body, summary, text);
        Array.Clear(summary);
        Array.Clear(text);
        Array.Clear(body);
        Assert.Equal([1, 2, 3], await SummaryAsync(reference));
        Assert.Equal([4, 5, 6], await TextAsync(reference));
        Assert.Equal([7, 8, 9], await ReadAllAsync(reference));
    }

    [Fact]
    public async Task What_is_not_there_is_missing()
    {
        var there = await PutAsync("a", [1]);
        foreach (var missing in new[] { BodyRef.None, Unknown, new BodyRef(there.Value + 1) })
        {
            await Assert.ThrowsAsync<BodyMissingException>(async () => await Store.GetLengthAsync(missing, CancellationToken.None));
            await Assert.ThrowsAsync<BodyMissingException>(async () => await Store.ReadAsync(missing, 0, new byte[1], CancellationToken.None));
            await Assert.ThrowsAsync<BodyMissingException>(
                async () => await Store.GetSummariesAsync(new[] { there, missing }, new ReadOnlyMemory<byte>[2], CancellationToken.None));
            await Assert.ThrowsAsync<BodyMissingException>(
                async () => await Store.GetTextsAsync(new[] { missing }, new ReadOnlyMemory<byte>[1], CancellationToken.None));
            Assert.Equal(BodyCondition.Missing, await Harness.Check.VerifyAsync(missing, CancellationToken.None));
        }
    }

    [Fact]
    public async Task Everything_survives_a_restart()
    {
        var first = await PutAsync("a", Bytes(500, 1), [1], [2]);
        await Harness.ReopenAsync();
        var second = await PutAsync("a", Bytes(600, 2), [3], [4]);
        await Harness.ReopenAsync();
        Assert.NotEqual(first, second);
        Assert.Equal(Bytes(500, 1), await ReadAllAsync(first));
        Assert.Equal(Bytes(600, 2), await ReadAllAsync(second));
        Assert.Equal([1], await SummaryAsync(first));
        Assert.Equal([4], await TextAsync(second));
    }

    [Fact]
    public async Task A_released_body_is_readable_until_its_time_and_others_for_ever()
    {
        var kept = await PutAsync("a", [1]);
        var released = await PutAsync("a", [2]);
        await Store.ReleaseAsync(new[] { released, released, Unknown, BodyRef.None }, Day.AddDays(7), CancellationToken.None);
        await Store.ReleaseAsync(new[] { released }, Day.AddDays(9), CancellationToken.None);
        await Store.ReleaseAsync(Array.Empty<BodyRef>(), Day, CancellationToken.None);
        await Harness.CollectAsync(Day.AddDays(6));
        Assert.Equal([2], await ReadAllAsync(released));
        await Harness.ReopenAsync();
        await Harness.CollectAsync(Day.AddDays(6.9));
        Assert.Equal([2], await ReadAllAsync(released));
        await Harness.CollectAsync(Day.AddDays(30));
        Assert.Equal([1], await ReadAllAsync(kept));
    }

    [Fact]
    public async Task A_check_sees_every_record_and_whose_it_is()
    {
        var email = Guid.NewGuid();
        var mine = await Store.PutAsync(new NewBody("alice@example.com", email, default, default, Bytes(10, 1)), CancellationToken.None);
        var theirs = await PutAsync("bob@example.com", Bytes(20, 2));
        await Store.ReleaseAsync(new[] { theirs }, Day, CancellationToken.None);

        var records = new Dictionary<BodyRef, BodyRecord>();
        await foreach (var record in Harness.Check.EnumerateAsync(verify: true, CancellationToken.None))
            records.Add(record.Body, record);
        Assert.Equal(2, records.Count);
        Assert.Equal(new BodyRecord(mine, "alice@example.com", email, 10, false, BodyCondition.Sound), records[mine]);
        Assert.Equal(("bob@example.com", 20, true), (records[theirs].Owner, records[theirs].Length, records[theirs].Released));
        Assert.Equal(BodyCondition.Sound, await Harness.Check.VerifyAsync(mine, CancellationToken.None));
    }

    [Fact]
    public async Task A_cancelled_put_stores_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await Store.PutAsync(new NewBody("a", Guid.NewGuid(), default, default, new byte[1]), new CancellationToken(canceled: true)));
        await foreach (var record in Harness.Check.EnumerateAsync(verify: false, CancellationToken.None))
            Assert.Fail($"{record} was stored");
    }

    /// <summary>Bytes that differ for each seed.</summary>
    protected static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    protected Task<BodyRef> PutAsync(string owner, byte[] body, byte[]? summary = null, byte[]? text = null) =>
        Store.PutAsync(new NewBody(owner, Guid.NewGuid(), summary, text, body), CancellationToken.None).AsTask();

    protected async Task<byte[]> ReadAllAsync(BodyRef body)
    {
        var bytes = new byte[await Store.GetLengthAsync(body, CancellationToken.None)];
        Assert.Equal(bytes.Length, await Store.ReadAsync(body, 0, bytes, CancellationToken.None));
        return bytes;
    }

    protected async Task<byte[]> SummaryAsync(BodyRef body)
    {
        var answer = new ReadOnlyMemory<byte>[1];
        await Store.GetSummariesAsync(new[] { body }, answer, CancellationToken.None);
        return answer[0].ToArray();
    }

    protected async Task<byte[]> TextAsync(BodyRef body)
    {
        var answer = new ReadOnlyMemory<byte>[1];
        await Store.GetTextsAsync(new[] { body }, answer, CancellationToken.None);
        return answer[0].ToArray();
    }

    private async Task ExpectDerivedAsync(BodyRef[] references, int[] order)
    {
        var bodies = order.Select(i => references[i]).ToArray();
        var summaries = new ReadOnlyMemory<byte>[order.Length + 3];
        var texts = new ReadOnlyMemory<byte>[order.Length];
        await Store.GetSummariesAsync(bodies, summaries, CancellationToken.None);
        await Store.GetTextsAsync(bodies, texts, CancellationToken.None);
        for (var i = 0; i < order.Length; i++)
        {
            Assert.Equal(Bytes(order[i] % 50, order[i] + 1), summaries[i].ToArray());
            Assert.Equal(Bytes(order[i] % 90, order[i] + 2), texts[i].ToArray());
        }
    }
}
