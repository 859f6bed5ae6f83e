using MailCluster.Bodies;
using Npgsql;

namespace MailCluster.Storage.Postgres.Bodies;

public sealed partial class PostgresBodyStore
{
    // What is read of a body at once when less is asked for: clients fetch a message in pieces, and most messages are one block.
    private const int BlockBytes = 256 << 10;

    // More is read in turns, so that no answer of the database takes much memory.
    private const int TurnBytes = 8 << 20;

    // What an entry costs beside its bytes.
    private const int EntryBytes = 100;

    private readonly RecentEntries<BodyRef, BodyHead> _heads;
    private readonly RecentEntries<BodyRef, byte[]> _summaries;
    private readonly RecentEntries<(BodyRef Body, long Block), byte[]> _blocks;

    public async ValueTask GetSummariesAsync(ReadOnlyMemory<BodyRef> bodies, Memory<ReadOnlyMemory<byte>> summaries, CancellationToken cancellationToken)
    {
        var missing = new List<int>();
        for (var i = 0; i < bodies.Length; i++)
        {
            if (_summaries.TryGet(bodies.Span[i], out var known))
                summaries.Span[i] = known.ToArray();
            else
                missing.Add(i);
        }

        if (missing.Count == 0)
            return;
        var found = await ReadColumnAsync("Summaries", missing.Select(i => bodies.Span[i]), cancellationToken);
        foreach (var i in missing)
        {
            var summary = found.TryGetValue(bodies.Span[i], out var bytes) ? bytes : throw new BodyMissingException(bodies.Span[i]);
            _summaries.Add(bodies.Span[i], summary, summary.Length + EntryBytes);
            summaries.Span[i] = summary.ToArray();
        }
    }

    public async ValueTask GetTextsAsync(ReadOnlyMemory<BodyRef> bodies, Memory<ReadOnlyMemory<byte>> texts, CancellationToken cancellationToken)
    {
        if (bodies.IsEmpty)
            return;
        var found = await ReadColumnAsync("Texts", bodies.ToArray(), cancellationToken);
        for (var i = 0; i < bodies.Length; i++)
            texts.Span[i] = found.TryGetValue(bodies.Span[i], out var bytes) ? bytes : throw new BodyMissingException(bodies.Span[i]);
    }

    public async ValueTask<long> GetLengthAsync(BodyRef body, CancellationToken cancellationToken) =>
        (await GetHeadAsync(body, cancellationToken) ?? throw new BodyMissingException(body)).Length;

    public async ValueTask<int> ReadAsync(BodyRef body, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var done = 0;
        while (done < destination.Length)
        {
            var rest = destination[done..];
            var at = offset + done;
            int read;
            if (rest.Length >= BlockBytes)
            {
                read = await ReadRangeAsync(body, at, rest[..Math.Min(rest.Length, TurnBytes)], cancellationToken);
            }
            else
            {
                var block = await GetBlockAsync(body, at / BlockBytes, cancellationToken);
                var start = (int)(at % BlockBytes);
                read = Math.Max(0, Math.Min(block.Length - start, rest.Length));
                block.AsMemory(Math.Min(start, block.Length), read).CopyTo(rest);
            }

            if (read == 0)
                break;
            done += read;
        }

        return done;
    }

    private async ValueTask<BodyHead?> GetHeadAsync(BodyRef body, CancellationToken cancellationToken)
    {
        if (_heads.TryGet(body, out var known))
            return known;
        var head = await RunAsync(
            async connection =>
            {
                await using var command = Command(connection, "Head", body);
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                return await reader.ReadAsync(cancellationToken) ? Head(reader) : (BodyHead?)null;
            },
            cancellationToken);
        if (head is { } there)
            _heads.Add(body, there, EntryBytes);
        return head;
    }

    private async ValueTask<byte[]> GetBlockAsync(BodyRef body, long block, CancellationToken cancellationToken)
    {
        if (_blocks.TryGet((body, block), out var known))
            return known;
        var bytes = new byte[BlockBytes];
        var read = await ReadRangeAsync(body, block * BlockBytes, bytes, cancellationToken);
        Array.Resize(ref bytes, read);
        _blocks.Add((body, block), bytes, read + EntryBytes);
        return bytes;
    }

    /// <summary>Reads a range from where the body is; fewer bytes than asked only at its end.</summary>
    private async ValueTask<int> ReadRangeAsync(BodyRef body, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        // For a body in its row, which most are, one question; one that is elsewhere says so.
        if (!_heads.TryGet(body, out var head) || head.Place == BodyPlace.Row)
        {
            var (found, bytes) = await ReadRowAsync(body, offset, destination.Length, cancellationToken);
            head = found ?? throw new BodyMissingException(body);
            _heads.Add(body, head, EntryBytes);
            if (head.Place == BodyPlace.Row)
            {
                bytes.CopyTo(destination);
                return bytes.Length;
            }
        }

        var count = (int)Math.Clamp(head.Length - offset, 0, destination.Length);
        if (count == 0)
            return 0;
        if (head.Place == BodyPlace.Chunks)
            await ReadChunksAsync(body, offset, destination[..count], cancellationToken);
        else if (_bucket is not null)
            await _bucket.ReadAsync(BodyAddress.Of(body), offset, destination[..count], cancellationToken);
        else
            throw new BodyStoreUnavailableException($"Body {body} is in a bucket, and no bucket is configured.");
        return count;
    }

    private ValueTask<(BodyHead? Head, byte[] Bytes)> ReadRowAsync(BodyRef body, long offset, int count, CancellationToken cancellationToken) => RunAsync(
        async connection =>
        {
            // A body in its row is shorter than the largest offset that substring takes.
            await using var command = Command(connection, "Read", body);
            command.Parameters.Bind((int)Math.Min(offset, int.MaxValue - 1) + 1);
            command.Parameters.Bind((int)Math.Min(count, int.MaxValue - 1 - Math.Min(offset, int.MaxValue - 1)));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken)
                ? (Head(reader), reader.IsDBNull(3) ? [] : reader.GetFieldValue<byte[]>(3))
                : ((BodyHead?)null, Array.Empty<byte>());
        },
        cancellationToken);

    private async ValueTask ReadChunksAsync(BodyRef body, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var read = await RunAsync(
            async connection =>
            {
                await using var command = Command(connection, "ReadChunks", body);
                command.Parameters.Bind(offset);
                command.Parameters.Bind((long)destination.Length);
                var done = 0;
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                while (await reader.ReadAsync(cancellationToken))
                {
                    var piece = reader.GetFieldValue<byte[]>(1);
                    if (reader.GetInt64(0) != offset + done || piece.Length > destination.Length - done)
                        break;
                    piece.CopyTo(destination[done..]);
                    done += piece.Length;
                }

                return done;
            },
            cancellationToken);
        if (read != destination.Length)
            throw new BodyCorruptException(body, $"a piece at {offset + read} is missing");
    }

    /// <summary>One statement for each shard, and the bodies of one request are those of one account.</summary>
    private async ValueTask<Dictionary<BodyRef, byte[]>> ReadColumnAsync(string statement, IEnumerable<BodyRef> bodies, CancellationToken cancellationToken)
    {
        var found = new Dictionary<BodyRef, byte[]>();
        foreach (var shard in bodies.Distinct().Select(BodyAddress.Of).GroupBy(static address => address.Shard))
        {
            await RunAsync(
                async connection =>
                {
                    await using var command = new NpgsqlCommand(Sql[statement], connection);
                    command.Parameters.Bind(shard.Key);
                    command.Parameters.Bind(shard.Select(static address => address.Number).ToArray());
                    await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                    while (await reader.ReadAsync(cancellationToken))
                        found[new BodyAddress(shard.Key, reader.GetInt64(0)).Ref] = reader.GetFieldValue<byte[]>(1);
                    return true;
                },
                cancellationToken);
        }

        return found;
    }

    private static BodyHead Head(NpgsqlDataReader reader) =>
        new(reader.GetInt64(0), (BodyPlace)reader.GetInt16(1), unchecked((uint)reader.GetInt32(2)));

    private static NpgsqlCommand Command(NpgsqlConnection connection, string statement, BodyRef body)
    {
        var address = BodyAddress.Of(body);
        var command = new NpgsqlCommand(Sql[statement], connection);
        command.Parameters.Bind(address.Shard);
        command.Parameters.Bind(address.Number);
        return command;
    }
}
