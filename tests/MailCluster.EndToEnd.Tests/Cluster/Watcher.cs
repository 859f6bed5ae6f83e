using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests.Cluster;

/// <summary>A client in IDLE.</summary>
internal sealed class Watcher : IAsyncDisposable
{
    private readonly FolderClient _folder;
    private readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task<ImapAnswer> _idle;
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Watcher(string account, FolderClient folder)
    {
        Account = account;
        _folder = folder;
        _idle = _folder.IdleAsync(Told, _enough.Task);
    }

    public string Account { get; }

    /// <summary>Its connection holds.</summary>
    public bool IsOpen => !_idle.IsCompleted;

    /// <summary>Returns when the load ends, and throws when the connection breaks before, or the server ends IDLE.</summary>
    public async Task UntilBrokenAsync(CancellationToken loadEnds)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = loadEnds.Register(ended.SetResult);
        if (await Task.WhenAny(ended.Task, _idle) == _idle)
            Assert.Fail($"IDLE was ended by the server: {(await _idle).Tagged}");
    }

    /// <summary>Waits until it has been shown what there is, then ends IDLE and compares what it then asks for.</summary>
    public async Task CheckAsync(IReadOnlyList<(uint Uid, string Flags)> truth, string when)
    {
        await ShowsAsync(truth).ForAsync($"{when}: IDLE shows all changes", () => $"there is {string.Join(' ', truth)}\n{_folder.View}");
        _enough.SetResult();
        RefusedException.Check("IDLE", await _idle);
        await _folder.LookAsync();
        Assert.True(_folder.View.Shows(truth), $"{when}: there is {string.Join(' ', truth)}\n{_folder.View}");
        Assert.Equal(truth.Select(message => message.Uid), _folder.View.Uids);
    }

    public async ValueTask DisposeAsync()
    {
        await _folder.DisposeAsync();
        await Task.WhenAny(_idle); // broken by that; no one asks any more how
    }

    private async Task ShowsAsync(IReadOnlyList<(uint Uid, string Flags)> truth)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_folder.View.Shows(truth))
                    return;
                changed = _changed.Task;
            }

            if (await Task.WhenAny(changed, _idle) == _idle)
                Assert.Fail($"IDLE was ended by the server: {(await _idle).Tagged}");
        }
    }

    private void Told(ImapLine line)
    {
        lock (_lock)
        {
            _folder.View.Apply(line, "IDLE");
            var changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
        }
    }
}
