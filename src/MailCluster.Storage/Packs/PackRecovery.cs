using System.Runtime.InteropServices;
using MailCluster.Storage.Packs.Format;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace MailCluster.Storage.Packs;

/// <summary>
/// Opens the packs of a directory. A pack whose index ends in a footer that fits its files is taken as it is. Any other was being
/// written when the process ended, or was damaged: its index is followed as far as it is sound, the rest is scanned, and a torn tail is cut off.
/// </summary>
internal static partial class PackRecovery
{
    /// <summary>Fills the catalog, and returns the pack to go on writing to, null when there is none.</summary>
    /// <exception cref="StorageFormatException">A newer version wrote here.</exception>
    public static RecoveredPack? OpenAll(PackCatalog catalog, ILogger logger)
    {
        var files = Directory.GetFiles(catalog.Directory)
            .Select(static path => (Path: path, IsPack: PackFiles.TryParse(path, out var pack, out var kind), Pack: pack, Kind: kind))
            .Where(static file => file.IsPack)
            .ToList();
        var numbers = files.Where(static file => file.Kind == PackFileKind.Records).Select(static file => file.Pack).Order().ToList();
        var known = numbers.ToHashSet();
        foreach (var file in files)
        {
            if (file.Kind == PackFileKind.Forwards)
            {
                catalog.Forwards[file.Pack] = new Forwards(catalog.Directory, file.Pack);
            }
            else if (!known.Contains(file.Pack))
            {
                // Compaction removed the records and was cut off before the rest.
                File.Delete(file.Path);
            }
        }

        RecoveredPack? last = null;
        foreach (var number in numbers)
        {
            var isLast = number == numbers[^1];
            last = Open(catalog.Directory, number, isLast, logger);
            catalog.Packs[number] = last.Pack;
        }

        return last is { IsSealed: false } ? last : null;
    }

    /// <summary>Makes a sealed pack's index anew from its data; the damaged one is replaced whole.</summary>
    public static void RebuildIndex(Pack pack)
    {
        using var records = File.OpenHandle(pack.FilePath(PackFileKind.Records));
        var entries = new List<IndexEntry>();
        var length = PackScanner.ScanRecords(records, pack.Number, pack.Nonce, PackFileHeader.Size, entries);
        // Records at the end that cannot be read keep their places.
        while (entries.Count < pack.Count)
        {
            var damaged = new IndexEntry { Flags = IndexEntry.Damaged };
            damaged.Sign(pack.Nonce, (uint)entries.Count);
            entries.Add(damaged);
        }

        var summaries = ScanDerived(pack.FilePath(PackFileKind.Summaries), pack.Nonce, PackFileHeader.Size, entries, 0, isText: false);
        var texts = ScanDerived(pack.FilePath(PackFileKind.Texts), pack.Nonce, PackFileHeader.Size, entries, 0, isText: true);
        var footer = new IndexFooter(true, (uint)entries.Count, RandomAccess.GetLength(records), summaries, texts);
        WriteIndex(pack.FilePath(PackFileKind.Index), new PackFileHeader(PackFileKind.Index, pack.Number, pack.Nonce), CollectionsMarshal.AsSpan(entries), footer);
    }

    /// <summary>Writes a whole index file, durably and in one step.</summary>
    public static void WriteIndex(string path, PackFileHeader header, ReadOnlySpan<IndexEntry> entries, IndexFooter? footer)
    {
        var bytes = new byte[PackFileHeader.Size + entries.Length * IndexEntry.Size + (footer is null ? 0 : IndexFooter.Size)];
        header.Write(bytes);
        MemoryMarshal.AsBytes(entries).CopyTo(bytes.AsSpan(PackFileHeader.Size));
        footer?.Write(bytes.AsSpan(bytes.Length - IndexFooter.Size), header.Nonce);
        DurableFile.Replace(path, bytes);
    }

    private static RecoveredPack Open(string directory, uint number, bool isLast, ILogger logger)
    {
        string PathOf(PackFileKind kind) => PackFiles.Path(directory, number, kind);

        using var records = File.OpenHandle(PathOf(PackFileKind.Records), FileMode.Open, FileAccess.ReadWrite);
        using var index = File.OpenHandle(PathOf(PackFileKind.Index), FileMode.OpenOrCreate, FileAccess.ReadWrite);
        var recordsHeader = PackFileHeader.Read(records, PackFileKind.Records, number);
        var indexHeader = PackFileHeader.Read(index, PackFileKind.Index, number);
        if ((recordsHeader ?? indexHeader) is not { } header)
        {
            // Created and never written to, or damaged at its very beginning. Nothing in it can be trusted, and nothing is thrown away.
            if (RandomAccess.GetLength(records) > PackFileHeader.Size)
                LogUnreadable(logger, number);
            return new RecoveredPack(new Pack(directory, number, 0, 0, RandomAccess.GetLength(records), null), true, 0, 0);
        }

        var length = RandomAccess.GetLength(records);
        if (ReadFooter(index, header.Nonce) is { } footer && footer.RecordsLength == length)
        {
            var loaded = footer.IsSealed || !isLast ? null : LoadEntries(index, header.Nonce, footer.Count);
            if (footer.IsSealed || loaded?.Count == footer.Count)
            {
                var clean = new Pack(directory, number, header.Nonce, footer.Count, length, ToArray(loaded));
                return new RecoveredPack(clean, footer.IsSealed, footer.SummariesLength, footer.TextsLength);
            }
        }

        var entries = LoadEntries(index, header.Nonce, uint.MaxValue);
        var indexed = entries.Count;
        var indexEnd = entries.Count == 0 ? PackFileHeader.Size : entries.Max(static entry => entry.End);
        var end = PackScanner.ScanRecords(records, number, header.Nonce, indexEnd, entries);
        var summaries = DerivedEnd(entries, static entry => entry.SummaryLength == 0 ? 0 : entry.SummaryOffset + DerivedHeader.Size + entry.SummaryLength);
        var texts = DerivedEnd(entries, static entry => entry.TextLength == 0 ? 0 : entry.TextOffset + DerivedHeader.Size + entry.TextLength);
        if (entries.Count > indexed)
        {
            summaries = ScanDerived(PathOf(PackFileKind.Summaries), header.Nonce, summaries, entries, indexed, isText: false);
            texts = ScanDerived(PathOf(PackFileKind.Texts), header.Nonce, texts, entries, indexed, isText: true);
        }

        if (length < indexEnd)
            LogShort(logger, number, indexEnd - length);
        LogRecovered(logger, number, entries.Count - indexed, PackScanner.EndOfData(records, end) - end);
        if (length != end)
            RandomAccess.SetLength(records, end);
        RandomAccess.FlushToDisk(records);

        // One that is not the last is sealed by this; the last goes on being written.
        IndexFooter? seal = isLast ? null : new IndexFooter(true, (uint)entries.Count, end, summaries, texts);
        WriteIndex(PathOf(PackFileKind.Index), header with { Kind = PackFileKind.Index }, CollectionsMarshal.AsSpan(entries), seal);
        var pack = new Pack(directory, number, header.Nonce, (uint)entries.Count, end, isLast ? ToArray(entries) : null);
        return new RecoveredPack(pack, !isLast, summaries, texts);
    }

    private static IndexEntry[]? ToArray(List<IndexEntry>? entries)
    {
        if (entries is null)
            return null;
        var array = new IndexEntry[Math.Max(1_024, entries.Count)];
        entries.CopyTo(array);
        return array;
    }

    private static long DerivedEnd(List<IndexEntry> entries, Func<IndexEntry, long> endOf)
    {
        long end = PackFileHeader.Size;
        foreach (var entry in entries)
            end = Math.Max(end, endOf(entry));
        return end;
    }

    private static long ScanDerived(string path, uint nonce, long from, List<IndexEntry> entries, int first, bool isText)
    {
        if (!File.Exists(path))
            return PackFileHeader.Size;
        using var file = File.OpenHandle(path);
        return PackScanner.ScanDerived(file, nonce, from, entries, first, isText);
    }

    private static IndexFooter? ReadFooter(SafeFileHandle index, uint nonce)
    {
        var position = RandomAccess.GetLength(index) - IndexFooter.Size;
        if (position < PackFileHeader.Size)
            return null;
        Span<byte> bytes = stackalloc byte[IndexFooter.Size];
        return RandomAccess.Read(index, bytes, position) == IndexFooter.Size
               && IndexFooter.Read(bytes, nonce) is { } footer && IndexEntry.Position(footer.Count) == position
            ? footer
            : null;
    }

    // The sound entries from the first on, at most so many.
    private static List<IndexEntry> LoadEntries(SafeFileHandle index, uint nonce, uint countMax)
    {
        var bytes = new byte[Math.Max(0, RandomAccess.GetLength(index) - PackFileHeader.Size)];
        var read = RandomAccess.Read(index, bytes, PackFileHeader.Size);
        var stored = MemoryMarshal.Cast<byte, IndexEntry>(bytes.AsSpan(0, read - read % IndexEntry.Size));
        var entries = new List<IndexEntry>(stored.Length);
        foreach (ref readonly var entry in stored)
        {
            if (entries.Count == countMax || !entry.IsSound(nonce, (uint)entries.Count))
                break;
            entries.Add(entry);
        }

        return entries;
    }

    [LoggerMessage(1430, LogLevel.Information, "Pack {Pack:x8} was not closed cleanly: {Records} records were found behind its index, {Bytes} bytes of a torn write were cut off")]
    private static partial void LogRecovered(ILogger logger, uint pack, int records, long bytes);

    [LoggerMessage(1431, LogLevel.Error, "Pack {Pack:x8} is {Bytes} bytes shorter than its index says; the messages there are lost. Run mailctl fsck")]
    private static partial void LogShort(ILogger logger, uint pack, long bytes);

    [LoggerMessage(1432, LogLevel.Error, "Pack {Pack:x8} cannot be read: its first bytes are damaged. It is left alone. Run mailctl fsck")]
    private static partial void LogUnreadable(ILogger logger, uint pack);
}

/// <summary>A pack as a start found it.</summary>
internal sealed record RecoveredPack(Pack Pack, bool IsSealed, long SummariesLength, long TextsLength);
