using System.Runtime.CompilerServices;
using MailCluster.Bodies;
using Npgsql;

namespace MailCluster.Storage.Postgres.Bodies;

public sealed partial class PostgresBodyStore
{
    private const int ListRows = 500;
    private const int VerifyBytes = 1 << 20;

    public async IAsyncEnumerable<BodyRecord> EnumerateAsync(bool verify, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = new BodyAddress(-1, 0);
        while (true)
        {
            var page = await ListAsync(last, cancellationToken);
            foreach (var (address, head, record) in page)
            {
                var condition = verify ? await VerifyAsync(address.Ref, head, cancellationToken) : BodyCondition.Sound;
                yield return record with { Condition = condition };
            }

            if (page.Count < ListRows)
                break;
            last = page[^1].Address;
        }

        if (_bucket is null)
            yield break;
        await foreach (var orphan in FindOrphansAsync(cancellationToken))
            yield return orphan;
    }

    public async ValueTask<BodyCondition> VerifyAsync(BodyRef body, CancellationToken cancellationToken)
    {
        var address = BodyAddress.Of(body);
        var head = await RunAsync(
            async connection =>
            {
                await using var command = Command(connection, "Head", body);
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                return await reader.ReadAsync(cancellationToken) ? Head(reader) : (BodyHead?)null;
            },
            cancellationToken);
        return head is { } there ? await VerifyAsync(address.Ref, there, cancellationToken) : BodyCondition.Missing;
    }

    /// <summary>Reads the body from where it is, never from memory.</summary>
    private async ValueTask<BodyCondition> VerifyAsync(BodyRef body, BodyHead head, CancellationToken cancellationToken)
    {
        var buffer = new byte[(int)Math.Min(head.Length + 1, VerifyBytes)];
        var checksum = 0u;
        var length = 0L;
        try
        {
            while (await ReadRangeAsync(body, length, buffer, cancellationToken) is > 0 and var read)
            {
                checksum = Crc32C.Append(checksum, buffer.AsSpan(0, read));
                length += read;
            }
        }
        catch (BodyCorruptException)
        {
            return BodyCondition.Corrupt;
        }
        catch (BodyMissingException)
        {
            return BodyCondition.Missing;
        }

        return length == head.Length && checksum == head.Checksum ? BodyCondition.Sound : BodyCondition.Corrupt;
    }

    private ValueTask<List<(BodyAddress Address, BodyHead Head, BodyRecord Record)>> ListAsync(BodyAddress after, CancellationToken cancellationToken) => RunAsync(
        async connection =>
        {
            await using var command = new NpgsqlCommand(Sql["List"], connection);
            command.Parameters.Bind(after.Shard);
            command.Parameters.Bind(after.Number);
            command.Parameters.Bind(ListRows);
            var page = new List<(BodyAddress, BodyHead, BodyRecord)>();
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var address = new BodyAddress(reader.GetInt32(0), reader.GetInt64(1));
                var head = new BodyHead(reader.GetInt64(4), (BodyPlace)reader.GetInt16(5), unchecked((uint)reader.GetInt32(6)));
                page.Add((address, head, new BodyRecord(
                    address.Ref, reader.GetString(2), reader.GetGuid(3), head.Length, reader.GetBoolean(7), BodyCondition.Sound)));
            }

            return page;
        },
        cancellationToken);

    /// <summary>Objects of the bucket that have no row: a put that was cut off in the middle.</summary>
    private async IAsyncEnumerable<BodyRecord> FindOrphansAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in _bucket!.ListAsync(cancellationToken))
        {
            var old = page.Where(entry => _time.GetUtcNow() - entry.Modified >= _bucket.OrphanAge).ToDictionary(static entry => entry.Address);
            if (old.Count == 0)
                continue;
            foreach (var (address, isReleased) in await FindUnknownAsync(old.Keys, cancellationToken))
            {
                if (await _bucket.DescribeAsync(address, cancellationToken) is { } whose)
                    yield return new BodyRecord(address.Ref, whose.Owner, whose.EmailId, old[address].Length, isReleased, BodyCondition.Sound);
            }
        }
    }
}
