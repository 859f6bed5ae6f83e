using BenchmarkDotNet.Attributes;
using MailCluster.Actors;
using MailCluster.Cluster;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Benchmarks;

/// <summary>A question through the region to an entity that answers at once.</summary>
[MemoryDiagnoser]
public class ActorBenchmarks
{
    private const int Entities = 1_000;
    private static readonly object s_question = new();

    private readonly ActorSystem _system = new(TimeProvider.System, NullLoggerFactory.Instance);
    private readonly EntityId[] _ids = [.. Enumerable.Range(0, Entities).Select(number => new EntityId($"b{number}@bench.test"))];
    private ShardRegion _region = null!;

    [GlobalSetup]
    public async Task Setup()
    {
        _region = new ShardRegion(_system, 256, new LocalShardAllocation(), new ShardRegionOptions(), _ => new Echo(_system), NullLoggerFactory.Instance);
        await Many();
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _region.DisposeAsync();
        _system.Dispose();
    }

    [Benchmark]
    public ValueTask<object> One() => _region.AskAsync<object>(_ids[0], s_question, TimeSpan.FromSeconds(30), CancellationToken.None);

    /// <summary>A thousand entities asked at once.</summary>
    [Benchmark(OperationsPerInvoke = Entities)]
    public async Task Many()
    {
        var answers = new ValueTask<object>[Entities];
        for (var i = 0; i < Entities; i++)
        {
            answers[i] = _region.AskAsync<object>(_ids[i], s_question, TimeSpan.FromSeconds(30), CancellationToken.None);
        }
        foreach (var answer in answers)
        {
            await answer;
        }
    }

    private sealed class Echo(ActorSystem system) : Actor(system)
    {
        protected override ValueTask ReceiveAsync(Delivery message)
        {
            message.Reply(message.Message);
            return default;
        }
    }
}
