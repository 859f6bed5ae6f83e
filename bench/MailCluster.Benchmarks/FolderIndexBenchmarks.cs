using BenchmarkDotNet.Attributes;
using MailCluster.Bodies;
using MailCluster.Mailboxes;

namespace MailCluster.Benchmarks;

/// <summary>The table of a folder: changed by copies, compared by diffs.</summary>
[MemoryDiagnoser]
public class FolderIndexBenchmarks
{
    private FolderIndex _index = null!;
    private FolderIndex _oneChanged = null!;
    private FolderIndex _thousandChanged = null!;
    private MessageRow[] _next = [];
    private UidSet _middle = UidSet.Empty;
    private UidSet _all = UidSet.Empty;

    [Params(1_000, 100_000)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _index = SampleFolder.IndexOf(Count);
        _next = [SampleFolder.Row(Count, new BodyRef((ulong)Count + 1), SampleFolder.MessageSize)];
        _middle = UidSet.Of((uint)Count / 2);
        _all = UidSet.OfRange(1, (uint)Count);
        _oneChanged = Store(_middle);
        var scattered = new uint[1_000];
        for (var i = 0; i < scattered.Length; i++)
        {
            scattered[i] = (uint)((long)i * Count / scattered.Length) + 1;
        }
        _thousandChanged = Store(UidSet.FromUids(scattered));
    }

    [Benchmark]
    public FolderIndex AppendOne() => _index.Append(_next, new ModSeq(Count + 1));

    [Benchmark]
    public FolderIndex StoreOne() => Store(_middle);

    [Benchmark]
    public FolderIndex StoreAll() => Store(_all);

    [Benchmark]
    public FolderDiff DiffOfOne() => FolderDiff.Between(_index, _oneChanged);

    [Benchmark]
    public FolderDiff DiffOfThousand() => FolderDiff.Between(_index, _thousandChanged);

    private FolderIndex Store(UidSet uids) => _index.SetFlags(uids, FlagOperation.Add, SystemFlags.Flagged, [], new ModSeq(Count + 1));
}
