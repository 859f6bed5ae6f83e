using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>The annotations of one folder or of the server, immutable: a sorted array, as there are few and most folders have none.</summary>
internal sealed class AnnotationSet
{
    /// <summary>What an annotation takes in memory besides its name and value, roughly: two array headers and references.</summary>
    private const int Overhead = 96;

    private AnnotationSet(ImmutableArray<Annotation> entries, long size)
    {
        Entries = entries;
        Size = size;
    }

    public static AnnotationSet Empty { get; } = new([], 0);

    /// <summary>In the order of their names.</summary>
    public ImmutableArray<Annotation> Entries { get; }

    /// <summary>Bytes of names and values.</summary>
    public long Size { get; }

    /// <summary>Rough size in memory, in bytes; names are UTF-16 there.</summary>
    public long MemoryBytes => Size + Entries.Sum(entry => entry.Entry.Value.Length + (long)Overhead);

    public static AnnotationSet Of(IEnumerable<Annotation> entries)
    {
        ImmutableArray<Annotation> sorted = [.. entries.OrderBy(entry => entry.Entry)];
        return sorted.IsEmpty ? Empty : new AnnotationSet(sorted, sorted.Sum(entry => entry.Entry.Value.Length + (long)entry.Value.Length));
    }

    public ImmutableArray<byte>? Find(AnnotationName name)
    {
        int low = 0, high = Entries.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = Entries[middle].Entry.CompareTo(name);
            if (order == 0)
                return Entries[middle].Value;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return null;
    }

    public AnnotationSet With(ImmutableArray<AnnotationChange> changes)
    {
        var entries = Entries.ToDictionary(entry => entry.Entry, entry => entry.Value);
        foreach (var change in changes)
        {
            if (change.Value is { } value)
                entries[change.Entry] = value;
            else
                entries.Remove(change.Entry);
        }

        return Of(entries.Select(entry => new Annotation(entry.Key, entry.Value)));
    }
}
