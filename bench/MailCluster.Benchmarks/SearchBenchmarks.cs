using BenchmarkDotNet.Attributes;
using MailCluster.LoadGenerator.Messages;
using MailCluster.Mailboxes.Search;
using MailCluster.Mime;

namespace MailCluster.Benchmarks;

/// <summary>SEARCH through 1,000 messages of 4 KiB in memory.</summary>
[MemoryDiagnoser]
public class SearchBenchmarks
{
    private const int Count = 1_000;

    private SampleFolder _folder = null!;
    private SearchEngine _engine = null!;

    [GlobalSetup]
    public async Task Setup()
    {
        _folder = await SampleFolder.MakeAsync(Count);
        _engine = new SearchEngine(_folder.Bodies, MimeLimits.Default, TimeProvider.System);
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public Task<int> Flags() => FindAsync(new SearchKey.Flag(Mailboxes.SystemFlags.Seen));

    [Benchmark(OperationsPerInvoke = Count)]
    public Task<int> Subject() => FindAsync(new SearchKey.Header("SUBJECT", MessageMill.RareSubject));

    [Benchmark(OperationsPerInvoke = Count)]
    public Task<int> Body() => FindAsync(new SearchKey.Body(MessageMill.RareWord));

    [Benchmark(OperationsPerInvoke = Count)]
    public Task<int> Text() => FindAsync(new SearchKey.Text(MessageMill.RareWord));

    private async Task<int> FindAsync(SearchKey key) =>
        (await _engine.SearchAsync(_folder.Index, key, SearchContext.None, CancellationToken.None)).Positions.Count;
}
