using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MailCluster.Edge.Transport;

/// <summary>The calls on sockets, none of which waits. Each gives what the system gave, or the error's number negated.</summary>
internal static unsafe partial class SocketCalls
{
    /// <summary>Nothing there now, or no room now.</summary>
    public const int WouldBlock = -11;

    /// <summary>A connection that ended between its arrival and its accept.</summary>
    public const int ConnectionAborted = -103;

    private const string Library = "libc";
    private const int Interrupted = -4;
    private const int NoSignal = 0x4000;
    private const int DontWait = 0x40;
    private const int NonBlockingCloseOnExec = 0x80800;
    private const int SocketLevel = 1;
    private const int Linger = 13;

    /// <summary>What one call sends at most, in blocks: 16 are a quarter of a MiB, more than a socket takes at once.</summary>
    private const int BlocksPerCall = 16;

    /// <summary>0: the client has nothing more to say.</summary>
    public static int Receive(SocketDescriptor socket, Span<byte> into)
    {
        fixed (byte* pointer = into)
        {
            while (true)
            {
                var count = recv(socket, pointer, (nuint)into.Length, DontWait);
                if (count >= 0)
                    return (int)count;
                if (-Marshal.GetLastPInvokeError() is var error and not Interrupted)
                    return error;
            }
        }
    }

    public static int Send(SocketDescriptor socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* pointer = bytes)
        {
            while (true)
            {
                var count = send(socket, pointer, (nuint)bytes.Length, NoSignal | DontWait);
                if (count >= 0)
                    return (int)count;
                if (-Marshal.GetLastPInvokeError() is var error and not Interrupted)
                    return error;
            }
        }
    }

    /// <summary>Sends from several blocks with one call.</summary>
    /// <param name="socket">Where to.</param>
    /// <param name="first">The first block.</param>
    /// <param name="start">Where in it what is to be sent begins.</param>
    public static int Send(SocketDescriptor socket, TransportBlock first, int start)
    {
        var pins = default(BlockPins);
        var pieces = stackalloc IoVector[BlocksPerCall];
        var count = 0;
        try
        {
            for (var block = first; block is not null && count < BlocksPerCall; block = block.Following, start = 0)
            {
                var memory = block.Memory[start..];
                pins[count] = memory.Pin();
                pieces[count] = new IoVector { Base = pins[count].Pointer, Length = (nuint)memory.Length };
                count++;
            }

            var message = new MessageHeader { Pieces = pieces, PieceCount = (nuint)count };
            while (true)
            {
                var sent = sendmsg(socket, &message, NoSignal | DontWait);
                if (sent >= 0)
                    return (int)sent;
                if (-Marshal.GetLastPInvokeError() is var error and not Interrupted)
                    return error;
            }
        }
        finally
        {
            for (var i = 0; i < count; i++)
                pins[i].Dispose();
        }
    }

    /// <summary>A connection of the listener; the new socket never waits and is not inherited by programs that are started.</summary>
    /// <param name="listener">A listening socket that does not wait.</param>
    /// <param name="address">The client's address, as <see cref="SocketAddressReader"/> reads it.</param>
    /// <param name="error">What went wrong, negated, if the result is null.</param>
    public static SocketDescriptor? Accept(SafeHandle listener, Span<byte> address, out int error)
    {
        fixed (byte* pointer = address)
        {
            while (true)
            {
                var length = (uint)address.Length;
                var descriptor = accept4(listener, pointer, &length, NonBlockingCloseOnExec);
                if (descriptor >= 0)
                {
                    error = 0;
                    return new SocketDescriptor(descriptor);
                }

                error = -Marshal.GetLastPInvokeError();
                if (error != Interrupted)
                    return null;
            }
        }
    }

    /// <summary>This end's address; false if the connection has gone.</summary>
    public static bool TryGetLocalAddress(SocketDescriptor socket, Span<byte> address)
    {
        fixed (byte* pointer = address)
        {
            var length = (uint)address.Length;
            return getsockname(socket, pointer, &length) == 0;
        }
    }

    /// <summary>From now on closing the socket cuts the connection: what was not sent is dropped, and the client is told so by a reset.</summary>
    public static void ResetOnClose(SocketDescriptor socket)
    {
        var linger = stackalloc int[] { 1, 0 };
        // On a connection that has gone it fails, and there is nobody to tell.
        _ = setsockopt(socket, SocketLevel, Linger, linger, 2 * sizeof(int));
    }

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint recv(SafeHandle socket, byte* buffer, nuint length, int flags);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint send(SafeHandle socket, byte* buffer, nuint length, int flags);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint sendmsg(SafeHandle socket, MessageHeader* message, int flags);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int accept4(SafeHandle socket, byte* address, uint* addressLength, int flags);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int getsockname(SafeHandle socket, byte* address, uint* addressLength);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int setsockopt(SafeHandle socket, int level, int name, void* value, uint length);

    /// <summary><c>struct iovec</c>.</summary>
    private struct IoVector
    {
        public void* Base;
        public nuint Length;
    }

    /// <summary><c>struct msghdr</c> of 64-bit Linux, glibc and musl alike: the lengths are as wide as the gap behind them.</summary>
    private struct MessageHeader
    {
        public void* Name;
        public nuint NameLength;
        public IoVector* Pieces;
        public nuint PieceCount;
        public void* Control;
        public nuint ControlLength;
        public nuint Flags;
    }

    [InlineArray(BlocksPerCall)]
    private struct BlockPins
    {
        private MemoryHandle _first;
    }
}
