using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MailCluster.Storage.Packs.Format;
using Microsoft.Win32.SafeHandles;

namespace MailCluster.Storage.Packs.Writes;

/// <summary>The pack that is being written: its four files open for writing, and where each ends.</summary>
internal sealed class ActivePack : IDisposable
{
    /// <summary>A group of at most so many bytes makes room behind itself; for a bigger one the wait for the length is little beside that for its bytes.</summary>
    private const int SmallGroupMax = 64 << 10;

    /// <summary>Zeros that are written ahead: some sixty small messages.</summary>
    private static readonly byte[] s_room = new byte[256 << 10];

    private readonly GatherBuffer _gather = new();
    private readonly List<IndexEntry> _entries = [];
    private readonly Action<PackStep>? _atStep;
    private readonly SafeFileHandle _records;
    private readonly SafeFileHandle _index;
    private readonly SafeFileHandle _summaries;
    private readonly SafeFileHandle _texts;
    private long _summariesLength;
    private long _textsLength;

    /// <summary>Of the records' file. Between the last record and this there are zeros.</summary>
    private long _recordsRoomEnd;
    private bool _indexIsBehind;

    private ActivePack(Pack pack, long summariesLength, long textsLength, bool isNew, Action<PackStep>? atStep)
    {
        Pack = pack;
        _atStep = atStep;
        var mode = isNew ? FileMode.CreateNew : FileMode.OpenOrCreate;
        _records = Open(PackFileKind.Records);
        _index = Open(PackFileKind.Index);
        _summaries = Open(PackFileKind.Summaries);
        _texts = Open(PackFileKind.Texts);
        _recordsRoomEnd = pack.Length;
        (_summariesLength, _textsLength) = (Math.Max(PackFileHeader.Size, summariesLength), Math.Max(PackFileHeader.Size, textsLength));

        SafeFileHandle Open(PackFileKind kind) =>
            File.OpenHandle(pack.FilePath(kind), mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
    }

    public Pack Pack { get; }

    /// <summary>After an fsync failed nobody knows what of the file is on the disk: no more is written to it.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Creates the files of a new pack; their names are durable on return.</summary>
    public static ActivePack Create(string directory, uint number, Action<PackStep>? atStep)
    {
        var nonce = (uint)RandomNumberGenerator.GetInt32(1, int.MaxValue);
        var pack = new Pack(directory, number, nonce, 0, PackFileHeader.Size, new IndexEntry[1_024]);
        ActivePack? active = null;
        try
        {
            active = new ActivePack(pack, 0, 0, isNew: true, atStep);
            active.WriteHeaders();
            RandomAccess.FlushToDisk(active._index);
            RandomAccess.FlushToDisk(active._records);
            DurableFile.FlushDirectory(directory);
            atStep?.Invoke(PackStep.PackCreated);
            return active;
        }
        catch
        {
            active?.Dispose();
            foreach (var kind in (ReadOnlySpan<PackFileKind>)[PackFileKind.Records, PackFileKind.Index, PackFileKind.Summaries, PackFileKind.Texts])
                File.Delete(pack.FilePath(kind));
            throw;
        }
    }

    /// <summary>Goes on with a pack that a start has recovered.</summary>
    public static ActivePack Resume(RecoveredPack recovered, Action<PackStep>? atStep)
    {
        var active = new ActivePack(recovered.Pack, recovered.SummariesLength, recovered.TextsLength, isNew: false, atStep);
        try
        {
            active.WriteHeaders();

            // What lies behind belongs to records that were lost. The footer of a clean close goes too: from here on a scan is needed.
            RandomAccess.SetLength(active._summaries, active._summariesLength);
            RandomAccess.SetLength(active._texts, active._textsLength);
            RandomAccess.SetLength(active._index, IndexEntry.Position(recovered.Pack.Count));
            return active;
        }
        catch
        {
            active.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Appends the records and makes them durable; on return readers see them. When it throws nothing of them is there.
    /// </summary>
    /// <exception cref="IOException">The disk is full or failed. After a failed fsync <see cref="IsBroken"/> is set.</exception>
    public void Append(ReadOnlySpan<PutRequest> requests)
    {
        _gather.Clear();
        _entries.Clear();
        foreach (var request in requests)
            AddRecord(request);
        var written = _gather.Length;
        try
        {
            _gather.WriteTo(_records, Pack.Length);
            MakeRoom(written);
            _atStep?.Invoke(PackStep.RecordsWritten);
        }
        catch (IOException)
        {
            CutBack();
            throw;
        }

        try
        {
            DurableFile.FlushData(_records);
            _atStep?.Invoke(PackStep.RecordsFlushed);
        }
        catch (IOException)
        {
            IsBroken = true;
            CutBack();
            throw;
        }

        WriteDerived(requests, isText: false);
        WriteDerived(requests, isText: true);
        _atStep?.Invoke(PackStep.SummariesWritten);
        WriteIndex();
        _atStep?.Invoke(PackStep.Indexed);
        Pack.Length += written;
        for (var i = 0; i < _entries.Count; i++)
        {
            requests[i].Value = (long)new Location(Pack.Number, Pack.Count).Value;
            Pack.Add(_entries[i]);
        }
    }

    /// <summary>Makes everything durable and writes the footer that spares a scan.</summary>
    /// <param name="isSealed">Nothing will be added any more; otherwise the next start goes on with it.</param>
    public void Close(bool isSealed)
    {
        TakeRoomBack();
        RandomAccess.FlushToDisk(_summaries);
        RandomAccess.FlushToDisk(_texts);
        var footer = new IndexFooter(isSealed, Pack.Count, Pack.Length, _summariesLength, _textsLength);
        if (_indexIsBehind)
        {
            PackRecovery.WriteIndex(
                Pack.FilePath(PackFileKind.Index), new PackFileHeader(PackFileKind.Index, Pack.Number, Pack.Nonce), Pack.Entries, footer);
        }
        else
        {
            Span<byte> bytes = stackalloc byte[IndexFooter.Size];
            footer.Write(bytes, Pack.Nonce);
            RandomAccess.Write(_index, bytes, IndexEntry.Position(Pack.Count));
            RandomAccess.FlushToDisk(_index);
        }

        _atStep?.Invoke(PackStep.Sealed);
    }

    // An fsync of a file that has grown has to write its length as well, which takes as long as the bytes of a small group. So the file grows ahead of them.
    private void MakeRoom(long written)
    {
        var end = Pack.Length + written;
        if (end <= _recordsRoomEnd)
            return;
        _recordsRoomEnd = end;
        if (written > SmallGroupMax)
            return;
        try
        {
            RandomAccess.Write(_records, s_room, end);
            _recordsRoomEnd = end + s_room.Length;
        }
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)
        {
            // The disk is full, or the file may not grow: the records are there, and that is what counts. Zeros do not hurt wherever they end.
        }
    }

    private void TakeRoomBack()
    {
        if (RandomAccess.GetLength(_records) == Pack.Length)
            return;
        RandomAccess.SetLength(_records, Pack.Length);
        RandomAccess.FlushToDisk(_records);
        _recordsRoomEnd = Pack.Length;
    }

    private void AddRecord(PutRequest request)
    {
        var ordinal = Pack.Count + (uint)_entries.Count;
        var own = new Location(Pack.Number, ordinal).Value;
        var header = new RecordHeader(
            Pack.Number,
            ordinal,
            request.Owner.Length,
            request.Body.Length,
            request.BodyChecksum,
            request.MovedReference == 0 ? own : request.MovedReference,
            request.EmailId,
            0);
        header = header.Write(_gather.Take(header.Size), request.Owner, Pack.Nonce);
        var entry = new IndexEntry
        {
            BodyOffset = checked((uint)(Pack.Length + _gather.Length)),
            BodyLength = (uint)request.Body.Length,
            BodyChecksum = request.BodyChecksum,
            Tag = header.Tag,
            OwnerLength = (ushort)request.Owner.Length,
            Flags = request.MovedReference == 0 ? (ushort)0 : IndexEntry.Moved,
        };
        _entries.Add(entry);
        _gather.Add(request.Body);
    }

    // Summaries and texts can be made again from the body, so their loss is no reason to refuse a message: they are answered empty.
    private void WriteDerived(ReadOnlySpan<PutRequest> requests, bool isText)
    {
        var (file, length) = isText ? (_texts, _textsLength) : (_summaries, _summariesLength);
        _gather.Clear();
        var entries = CollectionsMarshal.AsSpan(_entries);
        for (var i = 0; i < requests.Length; i++)
        {
            var bytes = isText ? requests[i].Text : requests[i].Summary;
            ref var entry = ref entries[i];
            var offset = length + _gather.Length;
            if (bytes.IsEmpty || offset + DerivedHeader.Size + bytes.Length > uint.MaxValue)
                continue;
            if (isText)
                (entry.TextOffset, entry.TextLength) = ((uint)offset, (uint)bytes.Length);
            else
                (entry.SummaryOffset, entry.SummaryLength) = ((uint)offset, (uint)bytes.Length);
            new DerivedHeader(Pack.Count + (uint)i, bytes.Length, entry.Tag).Write(_gather.Take(DerivedHeader.Size), bytes.Span, Pack.Nonce);
            _gather.Add(bytes);
        }

        if (_gather.Length == 0)
            return;
        try
        {
            _gather.WriteTo(file, length);
        }
        catch (IOException)
        {
            foreach (ref var entry in entries)
            {
                if (isText)
                    (entry.TextOffset, entry.TextLength) = (0, 0);
                else
                    (entry.SummaryOffset, entry.SummaryLength) = (0, 0);
            }

            StorageMetrics.CountSummariesLost(requests.Length);
            return;
        }

        if (isText)
            _textsLength += _gather.Length;
        else
            _summariesLength += _gather.Length;
    }

    private void WriteIndex()
    {
        var entries = CollectionsMarshal.AsSpan(_entries);
        for (var i = 0; i < entries.Length; i++)
            entries[i].Sign(Pack.Nonce, Pack.Count + (uint)i);
        if (_indexIsBehind)
            return;
        try
        {
            RandomAccess.Write(_index, MemoryMarshal.AsBytes(entries), IndexEntry.Position(Pack.Count));
        }
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)
        {
            // The index in memory is right; the file is written anew when the pack is closed, or made from the records after a crash.
            _indexIsBehind = true;
        }
    }

    private void WriteHeaders()
    {
        Span<byte> bytes = stackalloc byte[PackFileHeader.Size];
        foreach (var (file, kind) in new[]
                 {
                     (_records, PackFileKind.Records), (_index, PackFileKind.Index), (_summaries, PackFileKind.Summaries), (_texts, PackFileKind.Texts),
                 })
        {
            new PackFileHeader(kind, Pack.Number, Pack.Nonce).Write(bytes);
            RandomAccess.Write(file, bytes, 0);
        }
    }

    private void CutBack()
    {
        try
        {
            RandomAccess.SetLength(_records, Pack.Length);
            _recordsRoomEnd = Pack.Length;
        }
        catch (IOException)
        {
            // The torn bytes stay; nothing is written behind them, and a start cuts them off.
            IsBroken = true;
        }
    }

    public void Dispose()
    {
        _records.Dispose();
        _index.Dispose();
        _summaries.Dispose();
        _texts.Dispose();
    }
}
