using System.Buffers;

namespace MailCluster.Edge;

/// <summary>
/// One message while it is received: contiguous pooled memory up to a limit, past it a file that is read through a memory map. Either way the
/// whole message is one <see cref="ReadOnlyMemory{T}"/>, and bytes are copied once, from the connection into the spool.
/// </summary>
/// <remarks>
/// <para>
/// In memory the buffer grows by doubling, so that a byte moves at most once more on average. When the message outgrows memory, what there
/// is goes to a file and the buffer becomes the window in front of it. Writing goes through write calls and not through the map: a full
/// disk is then an <see cref="IOException"/> and not a signal that kills the process. The file has no name any more when the first
/// byte is in it, so that a crash leaves nothing.
/// </para>
/// <para>Not for two threads at once. After <see cref="Dispose"/> no memory it gave out may be used.</para>
/// </remarks>
public sealed partial class MessageSpool : IBufferWriter<byte>, IDisposable
{
    /// <summary>The largest message a spool takes: a <see cref="Memory{T}"/> counts in 31 bits.</summary>
    public const long SizeMaxLimit = 2_147_000_000;

    /// <summary>The most head room a spool gives.</summary>
    public const int HeadRoomMax = 64 * 1024;

    // Large enough for most messages without growing, small enough that a session with an open transaction costs little.
    private const int FirstBufferBytes = 16 * 1024;

    // The window in front of a file.
    private const int WindowBytes = 64 * 1024;

    private readonly MessageSpoolFactory _factory;
    private readonly long _sizeMax;
    private readonly int _headRoom;
    private byte[] _buffer;
    private int _used;
    private SpoolFile? _file;
    private bool _sealed;
    private bool _disposed;

    internal MessageSpool(MessageSpoolFactory factory, long sizeMax, int headRoom, long sizeHint)
    {
        _factory = factory;
        _sizeMax = sizeMax;
        _headRoom = headRoom;
        _used = headRoom;
        var wanted = sizeHint > 0 ? Math.Min(sizeHint, sizeMax) : FirstBufferBytes - headRoom;
        // An announced size is only what a client says: memory for it is given when half of it is there (see Grow).
        var first = (int)Math.Clamp(wanted, 1024, Math.Min(4 * FirstBufferBytes, factory.Options.MemoryMax));
        _buffer = ArrayPool<byte>.Shared.Rent(headRoom + first);
        _factory.Reserve(_buffer.Length);
        SizeHint = sizeHint;
    }

    /// <summary>Bytes written so far.</summary>
    public long Length => _file is null ? _used - _headRoom : _file.Length + _used;

    /// <summary>Whether the message went to a file.</summary>
    public bool IsSpilled => _file is not null;

    /// <summary>The length that was announced, 0 if none was.</summary>
    public long SizeHint { get; }

    /// <inheritdoc/>
    /// <exception cref="MessageTooLargeException">The message has its most bytes already.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_sealed)
            throw new InvalidOperationException("The message was read already.");
        var needed = Math.Max(sizeHint, 1);
        if (Length >= _sizeMax)
            throw new MessageTooLargeException(_sizeMax);
        if (_buffer.Length - _used < needed)
            MakeRoom(needed);
        return _buffer.AsMemory(_used);
    }

    /// <inheritdoc cref="GetMemory"/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    /// <exception cref="MessageTooLargeException">The message would be longer than it may be.</exception>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - _used);
        if (Length + count > _sizeMax)
            throw new MessageTooLargeException(_sizeMax);
        _used += count;
    }

    /// <summary>Appends bytes.</summary>
    /// <exception cref="MessageTooLargeException">The message would be longer than it may be; nothing of <paramref name="bytes"/> was taken.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (Length + bytes.Length > _sizeMax)
            throw new MessageTooLargeException(_sizeMax);
        while (!bytes.IsEmpty)
        {
            // In memory all at once; in front of a file a window at a time, or past it if there is more than a window.
            var span = GetSpan(_file is null ? bytes.Length : 1);
            var taken = Math.Min(span.Length, bytes.Length);
            bytes[..taken].CopyTo(span);
            Advance(taken);
            bytes = bytes[taken..];
        }
    }

    /// <inheritdoc cref="Write(ReadOnlySpan{byte})"/>
    public void Write(in ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes)
            Write(segment.Span);
    }

    /// <summary>
    /// The whole message. Ends the writing. Valid until <see cref="Dispose"/>.
    /// </summary>
    /// <exception cref="IOException">The file cannot be written or mapped.</exception>
    public ReadOnlyMemory<byte> Content => WithPrefix(default);

    /// <summary>
    /// The whole message with <paramref name="prefix"/> before it (trace headers), without a copy of the message. Ends the writing. Valid until the next call
    /// (there is one head room) or <see cref="Dispose"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The prefix is longer than the head room.</exception>
    /// <exception cref="IOException">The file cannot be written or mapped.</exception>
    public ReadOnlyMemory<byte> WithPrefix(ReadOnlySpan<byte> prefix)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (prefix.Length > _headRoom)
            throw new ArgumentException($"The prefix has {prefix.Length} bytes, the head room {_headRoom}.", nameof(prefix));
        _sealed = true;
        var start = _headRoom - prefix.Length;
        if (_file is null)
        {
            prefix.CopyTo(_buffer.AsSpan(start));
            return _buffer.AsMemory(start, _used - start);
        }

        FlushWindow();
        return _file.Map(prefix);
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (_file is not null)
            _factory.ReleaseFile(_file);
        _factory.Release(_buffer.Length);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void MakeRoom(int needed)
    {
        if (_file is null && TryGrow(needed))
            return;
        if (_file is null)
            Spill();
        else
            FlushWindow();
        if (_buffer.Length < needed)
            Replace(needed, keep: 0);
    }

    private bool TryGrow(int needed)
    {
        var memoryMax = _factory.Options.MemoryMax;
        var content = (long)_used - _headRoom + needed;
        if (content > memoryMax)
            return false;
        // Twice as much, or all of what was announced once half of it is there.
        var wanted = Math.Max(content, 2L * (_used - _headRoom));
        if (SizeHint > wanted && SizeHint <= 2 * wanted)
            wanted = SizeHint;
        var size = _headRoom + (int)Math.Min(wanted, memoryMax);
        if (!_factory.TryReserve(size))
            return false;
        // The reservation is settled with what the pool really gives.
        _factory.Release(size);
        Replace(size, _used);
        return true;
    }

    private void Spill()
    {
        _file = _factory.CreateFile(_headRoom);
        _file.Append(_buffer.AsSpan(_headRoom, _used - _headRoom));
        _used = 0;
        if (_buffer.Length > 2 * WindowBytes)
            Replace(WindowBytes, keep: 0);
    }

    private void FlushWindow()
    {
        _file!.Append(_buffer.AsSpan(0, _used));
        _used = 0;
    }

    private void Replace(int size, int keep)
    {
        var larger = ArrayPool<byte>.Shared.Rent(size);
        _buffer.AsSpan(0, keep).CopyTo(larger);
        _factory.Reserve((long)larger.Length - _buffer.Length);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
