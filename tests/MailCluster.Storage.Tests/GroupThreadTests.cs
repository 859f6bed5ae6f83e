using MailCluster.Testing;

namespace MailCluster.Storage.Tests;

public sealed class GroupThreadTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<int[]> _groups = [];
    private readonly SemaphoreSlim _isWriting = new(0);
    private readonly SemaphoreSlim _mayWrite = new(0);

    [Fact]
    public async Task A_request_alone_is_written_by_the_thread_that_brings_it()
    {
        var writtenOn = 0;
        await using var thread = Create((_, isHere) => writtenOn = isHere ? Environment.CurrentManagedThreadId : -1);
        var request = new Numbered(1);
        Assert.True(thread.TryWriteHere(request));
        Assert.Equal(Environment.CurrentManagedThreadId, writtenOn);
        Assert.Equal(1, await request.Task);
    }

    [Fact]
    public async Task What_came_during_a_write_is_the_next_group_and_goes_on_on_the_writers_thread_one_after_the_other()
    {
        await using var thread = Create(HoldFirst);
        var order = new List<(int Number, bool HasMore, string? Thread)>();
        await AddDuringWriteAsync(thread, 1, 2, 3, number => order.Add((number, GroupThread.HasMoreHere, Thread.CurrentThread.Name)));
        Assert.Equal([[0], [1, 2, 3]], _groups);
        Assert.Equal([(1, true, "writer"), (2, true, "writer"), (3, false, "writer")], order);
    }

    [Fact]
    public async Task What_is_left_of_a_group_after_a_while_goes_on_elsewhere()
    {
        await using var thread = Create(HoldFirst);
        var here = new List<int>();
        await AddDuringWriteAsync(thread, 1, 2, 3, number =>
        {
            if (Thread.CurrentThread.Name != "writer")
                return;
            lock (here)
                here.Add(number);
            _time.Advance(GroupThread.ContinueFor);
        });
        Assert.Equal([1], here);
    }

    [Fact]
    public async Task With_company_nobody_writes_alone()
    {
        await using var thread = Create(HoldFirst);
        await AddDuringWriteAsync(thread, 1, 2, 3, static _ => { });
        Assert.False(thread.TryWriteHere(new Numbered(4)));
        await AddAsync(thread, 5).WaitAsync(Limit);
        Assert.True(thread.TryWriteHere(new Numbered(6)));
    }

    [Fact]
    public async Task A_caller_that_takes_long_loses_the_thread_and_the_writer_goes_on()
    {
        await using var thread = Create(HoldFirst);
        using var isStuck = new SemaphoreSlim(0);
        using var release = new SemaphoreSlim(0);
        var stuck = await HoldAsync(thread, () =>
        {
            isStuck.Release();
            release.Wait(Limit);
        });
        _mayWrite.Release();
        Assert.True(await isStuck.WaitAsync(Limit));
        var next = AddAsync(thread, 1);
        Assert.False(next.IsCompleted);
        await AdvanceUntilAsync(next);
        Assert.False(stuck.IsCompleted);
        release.Release();
        await stuck.WaitAsync(Limit);
        await AddAsync(thread, 2).WaitAsync(Limit);
    }

    [Fact]
    public async Task A_caller_that_waits_for_the_writer_itself_is_served()
    {
        await using var thread = Create(HoldFirst);
        var served = await HoldAsync(thread, () => AddAsync(thread, 1).GetAwaiter().GetResult());
        _mayWrite.Release();
        await AdvanceUntilAsync(served);
    }

    [Fact]
    public async Task A_group_has_no_more_and_nothing_heavier_than_its_limits()
    {
        await using var thread = Create(HoldFirst);
        var held = await HoldAsync(thread, static () => { });
        // Four; then by weight, of which one alone may have more.
        var others = new List<Task>();
        foreach (var number in (int[])[1, 2, 3, 4, 60, 50, 200, 30])
            others.AddRange(await BeginAsync(thread, number, static _ => { }));
        _mayWrite.Release();
        await Task.WhenAll([held, .. others]).WaitAsync(Limit);
        Assert.Equal([[0], [1, 2, 3, 4], [60], [50], [200], [30]], _groups);
    }

    [Fact]
    public async Task What_waits_is_written_before_the_end_and_what_comes_later_is_refused()
    {
        var closed = false;
        var thread = Create((_, _) => { }, () => closed = true);
        var last = AddAsync(thread, 1);
        await thread.DisposeAsync();
        await last.WaitAsync(Limit);
        Assert.True(closed);
        await Assert.ThrowsAsync<InvalidOperationException>(() => AddAsync(thread, 2));
    }

    private static TimeSpan Limit => TimeSpan.FromMinutes(2);

    private static async Task AddAsync(GroupThread<Numbered> thread, int number)
    {
        var request = new Numbered(number);
        await thread.AddAsync(request, CancellationToken.None);
        Assert.Equal(number, await request.Task);
    }

    private void HoldFirst(List<Numbered> requests, bool isHere)
    {
        if (requests[0].Number != 0)
            return;
        _isWriting.Release();
        _mayWrite.Wait(Limit);
    }

    /// <summary>Request 0 is being written, until it may be; then what is said is done. The inner task is the end of that.</summary>
    private async Task<Task> HoldAsync(GroupThread<Numbered> thread, Action then)
    {
        var held = await BeginAsync(thread, 0, _ => then());
        Assert.True(await _isWriting.WaitAsync(Limit));
        return held[0];
    }

    /// <summary>While request 0 is written three others come; then each does what is said, when it is answered.</summary>
    private async Task AddDuringWriteAsync(GroupThread<Numbered> thread, int first, int second, int third, Action<int> then)
    {
        var held = await HoldAsync(thread, static () => { });
        Task[] others = [.. await BeginAsync(thread, first, then), .. await BeginAsync(thread, second, then), .. await BeginAsync(thread, third, then)];
        _mayWrite.Release();
        await Task.WhenAll([held, .. others]).WaitAsync(Limit);
    }

    /// <summary>The request waits when this returns, without the test's synchronisation context, which would take it to its own threads.</summary>
    private static Task<Task[]> BeginAsync(GroupThread<Numbered> thread, int number, Action<int> then)
    {
        return Task.Run(() => Task.FromResult<Task[]>([RunAsync()]));

        async Task RunAsync()
        {
            var request = new Numbered(number);
            await thread.AddAsync(request, CancellationToken.None);
            await request.Task;
            then(number);
        }
    }

    private async Task AdvanceUntilAsync(Task task)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!task.IsCompleted)
        {
            limit.Token.ThrowIfCancellationRequested();
            _time.Advance(GroupThread.Patience);
            await Task.Yield();
        }

        await task;
    }

    private GroupThread<Numbered> Create(Action<List<Numbered>, bool> write, Action? close = null) => new(
        "writer",
        new GroupLimits(Waiting: 16, Group: 4, GroupWeight: 100),
        (requests, isHere) =>
        {
            write(requests, isHere);
            lock (_groups)
                _groups.Add([.. requests.Select(request => request.Number)]);
            foreach (var request in requests)
            {
                request.Value = request.Number;
                request.Decide(null);
            }
        },
        close ?? (() => { }),
        static () => new InvalidOperationException("closed"),
        _time);

    /// <summary>As heavy as its number.</summary>
    private sealed class Numbered(int number) : GroupRequest
    {
        public int Number => number;

        public override long Weight => number;
    }
}
