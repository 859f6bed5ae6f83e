using Microsoft.Win32.SafeHandles;

namespace MailCluster.Storage.Packs.Writes;

/// <summary>
/// Collects what one write shall put behind each other. Small pieces are copied into one block; big ones are handed to the system from
/// where they are.
/// </summary>
internal sealed class GatherBuffer
{
    // Below this a copy is cheaper than another element of a vectored write and the pinning it takes.
    private const int CopyMax = 32 << 10;
    private const int KeptMax = 8 << 20;

    private readonly List<Piece> _pieces = [];
    private byte[] _block = new byte[64 << 10];
    private int _used;
    private int _open;

    public long Length { get; private set; }

    /// <summary>Room for <paramref name="size"/> bytes, to be filled before the next call.</summary>
    public Span<byte> Take(int size)
    {
        if (_used + size > _block.Length)
            Array.Resize(ref _block, (int)Math.Min(Array.MaxLength, Math.Max(_used + (long)size, _block.Length * 2L)));
        _used += size;
        Length += size;
        return _block.AsSpan(_used - size, size);
    }

    public void Add(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length <= CopyMax)
        {
            bytes.Span.CopyTo(Take(bytes.Length));
            return;
        }

        CloseBlockPiece();
        _pieces.Add(new Piece(bytes, 0, 0));
        Length += bytes.Length;
    }

    /// <summary>Writes everything at <paramref name="offset"/>, without flushing it.</summary>
    /// <exception cref="IOException">Not all of it could be written.</exception>
    public void WriteTo(SafeFileHandle file, long offset)
    {
        try
        {
            WriteCore(file, offset);
        }
        catch (ArgumentOutOfRangeException e)
        {
            // .NET's word for EFBIG: the process or the file system does not let files grow so far.
            throw new IOException(e.Message, e);
        }
    }

    private void WriteCore(SafeFileHandle file, long offset)
    {
        if (_pieces.Count == 0)
        {
            RandomAccess.Write(file, _block.AsSpan(0, _used), offset);
            return;
        }

        CloseBlockPiece();
        RandomAccess.Write(
            file, _pieces.ConvertAll(piece => piece.External.IsEmpty ? _block.AsMemory(piece.Start, piece.Length) : piece.External), offset);
    }

    public void Clear()
    {
        _pieces.Clear();
        (_used, _open, Length) = (0, 0, 0);
        if (_block.Length > KeptMax)
            _block = new byte[64 << 10];
    }

    // The block may move as it grows, so a piece of it is a range until the write.
    private void CloseBlockPiece()
    {
        if (_used > _open)
            _pieces.Add(new Piece(default, _open, _used - _open));
        _open = _used;
    }

    private readonly record struct Piece(ReadOnlyMemory<byte> External, int Start, int Length);
}
