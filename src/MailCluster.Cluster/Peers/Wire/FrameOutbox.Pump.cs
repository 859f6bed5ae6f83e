using System.Threading.Tasks.Sources;

namespace MailCluster.Cluster.Peers.Wire;

/// <summary>The side that writes.</summary>
internal sealed partial class FrameOutbox
{
    /// <summary>Writes what is added until <see cref="End"/> or <see cref="Close"/>, or until a write fails.</summary>
    internal async Task PumpAsync(Stream output, PeerTraffic traffic, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryRest())
            {
                await new ValueTask(this, _wake.Version);
                await Task.Yield();
            }

            if (!TryTake(out var frames))
            {
                return;
            }

            await output.WriteAsync(_writing.Written, cancellationToken);
            await output.FlushAsync(cancellationToken);
            traffic.Sent(frames, _writing.Count);
            _writing.Clear(KeepBytesMax);
        }
    }

    void IValueTaskSource.GetResult(short token) => _wake.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wake.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wake.OnCompleted(continuation, state, token, flags);

    private bool TryRest()
    {
        lock (_guard)
        {
            if (_closed || _ending || _filling.Count > 0 || _bulk.Count > 0)
            {
                return false;
            }

            _wake.Reset();
            _resting = true;
            return true;
        }
    }

    private void Wake()
    {
        if (_resting)
        {
            _resting = false;
            _wake.SetResult(true);
        }
    }

    /// <summary>False: there is nothing to write and never will be.</summary>
    private bool TryTake(out long frames)
    {
        lock (_guard)
        {
            frames = 0;
            if (_closed)
            {
                return false;
            }

            AddBulk();
            if (_filling.Count == 0)
            {
                return !_ending;
            }

            (_filling, _writing) = (_writing, _filling);
            _batch++;
            _queued -= _writing.Count;
            frames = _frames;
            _frames = 0;
            if (_room is not null && _queued <= _bytesMax / 2)
            {
                _room.TrySetResult();
                _room = null;
            }

            return true;
        }
    }

    private void AddBulk()
    {
        for (var added = 0; _bulk.Count > 0 && added < BulkPerBatchBytes;)
        {
            var bulk = _bulk.Dequeue();
            var piece = bulk.Next();
            _queued -= piece.Length; // It is counted as part of the buffer from here.
            added += piece.Length;
            Append(bulk.Header with { Flags = bulk.Left == 0 ? FrameFlags.Last : FrameFlags.None, Length = piece.Length }, piece.Span);
            if (bulk.Left > 0)
            {
                _bulk.Enqueue(bulk);
            }
            else
            {
                bulk.Owner?.Dispose();
            }
        }
    }
}
