namespace MailCluster.Mime;

internal ref partial struct SummarySink
{
    /// <summary>Ancestors that are kept, the nearest; chains are longer only where a program went wrong.</summary>
    private const int ReferencesMax = 256;

    private readonly void WriteThreadKeys()
    {
        var threads = _work.Threads;
        TryField(FieldNumbers.MessageId, out var own);
        var reader = new MessageIdReader(own, _work.Id);
        var hasId = reader.MoveNext() || reader.MoveToBare();
        threads.AppendOptional(hasId, reader.Id);

        // RFC 5256 §3: In-Reply-To counts only where References has no valid id, and then only its first.
        CollectReferences(FieldNumbers.References, int.MaxValue);
        if (_work.References.Count == 0)
            CollectReferences(FieldNumbers.InReplyTo, 1);
        var skip = Math.Max(0, _work.References.Count - ReferencesMax);
        threads.AppendVarint(_work.References.Count - skip);
        foreach (var id in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_work.References)[skip..])
            threads.AppendString(id.Of(_work.Value.Written));
    }

    private readonly void CollectReferences(byte number, int max)
    {
        _work.References.Clear();
        _work.Value.Clear();
        foreach (var (name, range) in _work.Fields)
        {
            if (name != number)
                continue;
            var reader = new MessageIdReader(range.Of(_message), _work.MessageId);
            while (_work.References.Count < max && reader.MoveNext())
            {
                if (IsRecent(reader.Id))
                    continue;
                _work.References.Add(new ByteRange(_work.Value.Length, reader.Id.Length));
                _work.Value.Append(reader.Id);
            }
        }
    }

    /// <summary>True for an id that is among the last ones already: an id listed twice counts where it was first.</summary>
    private readonly bool IsRecent(ReadOnlySpan<byte> id)
    {
        for (var i = _work.References.Count - 1; i >= Math.Max(0, _work.References.Count - ReferencesMax); i--)
        {
            if (_work.References[i].Of(_work.Value.Written).SequenceEqual(id))
                return true;
        }

        return false;
    }
}
