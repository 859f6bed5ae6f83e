namespace MailCluster.Node.Metrics;

/// <summary>One instrument with one set of tags: a number, or the buckets of a histogram. Written from any thread without a lock.</summary>
internal sealed class Series
{
    private readonly double[] _bounds;
    private readonly long[] _buckets;
    private double _value;

    /// <param name="tags">Owned by the series.</param>
    /// <param name="bounds">Upper bounds of the buckets, rising; empty if this is no histogram.</param>
    public Series(KeyValuePair<string, object?>[] tags, double[] bounds)
    {
        Tags = tags;
        _bounds = bounds;
        _buckets = bounds.Length == 0 ? [] : new long[bounds.Length + 1];
    }

    public KeyValuePair<string, object?>[] Tags { get; }

    /// <summary>The number, or the sum of a histogram.</summary>
    public double Value => Volatile.Read(ref _value);

    public ReadOnlySpan<double> Bounds => _bounds;

    public bool Matches(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length != Tags.Length)
        {
            return false;
        }
        for (var index = 0; index < tags.Length; index++)
        {
            if (tags[index].Key != Tags[index].Key || !Equals(tags[index].Value, Tags[index].Value))
            {
                return false;
            }
        }
        return true;
    }

    public void Set(double value) => Volatile.Write(ref _value, value);

    public void Add(double value)
    {
        var seen = Volatile.Read(ref _value);
        while (true)
        {
            var before = Interlocked.CompareExchange(ref _value, seen + value, seen);
            if (before.Equals(seen))
            {
                return;
            }
            seen = before;
        }
    }

    public void Observe(double value)
    {
        var bucket = Array.BinarySearch(_bounds, value);
        Interlocked.Increment(ref _buckets[bucket >= 0 ? bucket : ~bucket]);
        Add(value);
    }

    /// <summary>Observations in the bucket, not counting those of smaller ones; the last bucket has no upper bound.</summary>
    public long Bucket(int index) => Volatile.Read(ref _buckets[index]);
}
