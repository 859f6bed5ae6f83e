using System.Buffers;
using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace MailCluster.Edge;

/// <summary>The file of a spilled message: written by calls, read through a map. It has no name.</summary>
internal sealed class SpoolFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly int _headRoom;
    private MappedMemory? _map;

    private SpoolFile(SafeFileHandle handle, int headRoom)
    {
        _handle = handle;
        _headRoom = headRoom;
    }

    /// <summary>Bytes of the message in the file; the head room is before them.</summary>
    public long Length { get; private set; }

    /// <exception cref="IOException">There can be no file, whatever the reason: the message cannot be received now.</exception>
    public static SpoolFile Create(string directory, int headRoom)
    {
        try
        {
            return CreateCore(directory, headRoom);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    private static SpoolFile CreateCore(string directory, int headRoom)
    {
        // Mail is nobody else's business: 0700.
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(directory);
        else
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = Path.Combine(directory, "spool-" + Guid.NewGuid().ToString("N"));
        // Where an open file cannot be unlinked the system deletes it when it is closed.
        var handle = File.OpenHandle(
            path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete,
            OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None);
        try
        {
            if (!OperatingSystem.IsWindows())
                File.Delete(path);
            return new SpoolFile(handle, headRoom);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        try
        {
            RandomAccess.Write(_handle, bytes, _headRoom + Length);
        }
        catch (ArgumentOutOfRangeException e)
        {
            // .NET's word for EFBIG: the process or the file system does not let files grow so far.
            throw new IOException(e.Message, e);
        }

        Length += bytes.Length;
    }

    /// <summary>The message with a prefix in front of it. The map sees what is written to the head room, since both are the page cache.</summary>
    public ReadOnlyMemory<byte> Map(ReadOnlySpan<byte> prefix)
    {
        var start = _headRoom - prefix.Length;
        if (!prefix.IsEmpty)
            RandomAccess.Write(_handle, prefix, start);
        _map ??= new MappedMemory(_handle, checked((int)(_headRoom + Length)));
        return _map.Memory[start..];
    }

    public void Dispose()
    {
        ((IDisposable?)_map)?.Dispose();
        _handle.Dispose();
    }

    private sealed unsafe class MappedMemory : MemoryManager<byte>
    {
        private readonly MemoryMappedFile _file;
        private readonly MemoryMappedViewAccessor _view;
        private readonly int _length;
        private byte* _pointer;

        public MappedMemory(SafeFileHandle handle, int length)
        {
            _length = length;
            _file = MemoryMappedFile.CreateFromFile(
                handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            _view = _file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            byte* pointer = null;
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
            _pointer = pointer + _view.PointerOffset;
        }

        public override Span<byte> GetSpan()
        {
            ObjectDisposedException.ThrowIf(_pointer is null, this);
            return new Span<byte>(_pointer, _length);
        }

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            ObjectDisposedException.ThrowIf(_pointer is null, this);
            ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)_length, nameof(elementIndex));
            return new MemoryHandle(_pointer + elementIndex, default, this);
        }

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
            if (!disposing || _pointer is null)
                return;
            _pointer = null;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
        }
    }
}
