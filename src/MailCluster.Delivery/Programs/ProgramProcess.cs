using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;

namespace MailCluster.Delivery.Programs;

// One run of a program that a script has asked for.
//
// The problem: somebody's program stands between a message and its mailbox. It may hang, write without end, never read, fork, or close what it was given; and the
// node must not wait for it longer than it was told to, hold more than it was told to, or give it anything that is its own.
//
// The steps:
//   1. three pipes; a shell is started in a session of its own (LibC.Spawn). It takes limits upon itself (memory, processor time, files, no core), goes to / and becomes
//      the program: exec "$@", so that no argument is ever read as shell
//   2. one thread moves bytes both ways and watches the process, all in one poll(2); no thread of the pool waits for a program
//   3. past its time, or with too much output, the whole process group is killed
//   4. when the process has ended, so does what it has left in its group; what stood in the pipes is read, and nothing more: a child in a session of its own that keeps
//      the pipe open holds up nobody
//   5. only then the process is taken from the table, so that its number cannot be another's while signals are sent to it
// If the node is killed in between, the program finds its pipes closed and is bounded by its processor time, and under systemd or in a container ends with the node. What it has done it may be asked to do again: docs/adr/0031.

/// <summary>How a run ended.</summary>
/// <param name="ExitCode">The program's; 128 and the signal's number if it was ended by one, as shells tell it.</param>
/// <param name="Output">What it wrote, as far as that was wanted.</param>
/// <param name="Errors">The beginning of what it wrote to its standard error.</param>
/// <param name="Problem">Null, or why it did not end by itself.</param>
internal readonly record struct ProgramEnd(int ExitCode, ReadOnlyMemory<byte> Output, string Errors, string? Problem);

/// <summary>What a program is started with.</summary>
/// <param name="Path">The executable file; full.</param>
/// <param name="Environment">All of it: NAME=value.</param>
/// <param name="OutputMax">Null: what it writes is not kept.</param>
internal sealed record ProgramStart(
    string Path, IReadOnlyList<string> Arguments, IReadOnlyList<string> Environment, ReadOnlyMemory<byte> Input, long? OutputMax, TimeSpan Timeout, ProgramOptions Limits);

/// <summary>A program that is running.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ProgramProcess
{
    private const int ErrorTextMax = 4096;
    private const int PollWithoutWatchMs = 50;

    /// <summary>As much as a pipe can hold by default limits is read after the end; a pipe holds 64 KiB unless somebody has made it larger, up to 1 MiB.</summary>
    private const int LeftoverReads = 16;

    private readonly Lock _gate = new();
    private readonly ProgramStart _start;
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly byte[] _errorText = new byte[ErrorTextMax];
    private ReadOnlyMemory<byte> _input;
    private int _errorLength;
    private int _inputEnd = -1;
    private int _outputEnd = -1;
    private int _errorEnd = -1;
    private int _watch = -1;
    private int _process;
    private string? _killed;

    private ProgramProcess(ProgramStart start)
    {
        _start = start;
        _input = start.Input;
    }

    /// <summary>Runs a program to its end. The thread that does so is its own.</summary>
    /// <exception cref="IOException">It could not be started.</exception>
    public static async Task<ProgramEnd> RunAsync(ProgramStart start, TimeProvider time, CancellationToken cancellationToken)
    {
        var process = new ProgramProcess(start);
        var ended = new TaskCompletionSource<ProgramEnd>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => process.Run(ended)) { IsBackground = true, Name = "sieve program" };
        using var limit = new CancellationTokenSource(start.Timeout, time);
        using var onLimit = limit.Token.Register(() => process.Kill($"it was not done after {start.Timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s"));
        using var onCancel = cancellationToken.Register(() => process.Kill("the delivery was given up"));
        thread.Start();
        return await ended.Task;
    }

    private void Run(TaskCompletionSource<ProgramEnd> ended)
    {
        try
        {
            Start();
            ended.SetResult(Attend());
        }
        catch (Exception e)
        {
            ended.SetException(e);
        }
        finally
        {
            Close(ref _inputEnd);
            Close(ref _outputEnd);
            Close(ref _errorEnd);
            Close(ref _watch);
        }
    }

    private void Start()
    {
        var limits = _start.Limits;
        var cpu = Math.Max(1, (long)limits.CpuTimeMax.TotalSeconds);

        // A limit that is stricter already stays as it is. The program is the first to go when memory runs out.
        var script = string.Create(CultureInfo.InvariantCulture, $$"""
            { echo 1000 >/proc/self/oom_score_adj; ulimit -c 0; ulimit -n {{limits.FilesMax}}; ulimit -S -t {{cpu}}; ulimit -H -t {{cpu + 1}}; ulimit -v {{limits.MemoryMax >> 10}}; } 2>/dev/null
            cd / && exec "$@"
            """);
        var (childInput, childOutput, childErrors) = (-1, -1, -1);
        try
        {
            (childInput, _inputEnd) = LibC.Pipe();
            (_outputEnd, childOutput) = LibC.Pipe();
            (_errorEnd, childErrors) = LibC.Pipe();
            LibC.DoNotBlock(_inputEnd);
            LibC.DoNotBlock(_outputEnd);
            LibC.DoNotBlock(_errorEnd);
            string[] arguments = ["sh", "-c", script, "sieve-program", _start.Path, .. _start.Arguments];
            lock (_gate)
            {
                var fault = LibC.Spawn("/bin/sh", arguments, [.. _start.Environment], childInput, childOutput, childErrors, out var process);
                if (fault != 0)
                    throw new IOException($"it cannot be started: {Marshal.GetPInvokeErrorMessage(fault)}");
                _process = process;
                if (_killed is not null)
                    LibC.SignalGroup(process, LibC.SigKill);
            }
        }
        finally
        {
            Close(ref childInput);
            Close(ref childOutput);
            Close(ref childErrors);
        }

        _watch = LibC.WatchProcess(_process);
    }

    private ProgramEnd Attend()
    {
        if (_input.IsEmpty)
            Close(ref _inputEnd);
        Span<LibC.PollEntry> entries = stackalloc LibC.PollEntry[4];
        int status;
        do
        {
            entries[0] = new LibC.PollEntry { Descriptor = _inputEnd, Events = LibC.PollOut };
            entries[1] = new LibC.PollEntry { Descriptor = _outputEnd, Events = LibC.PollIn };
            entries[2] = new LibC.PollEntry { Descriptor = _errorEnd, Events = LibC.PollIn };
            entries[3] = new LibC.PollEntry { Descriptor = _watch, Events = LibC.PollIn };
            LibC.Poll(entries, _watch < 0 ? PollWithoutWatchMs : -1);
            if (entries[0].Found != 0)
                WriteInput();
            if (entries[1].Found != 0)
                ReadOutput();
            if (entries[2].Found != 0)
                ReadErrors();
        }
        while ((_watch >= 0 && entries[3].Found == 0) || !TakeEnd(out status));

        for (var i = 0; i < LeftoverReads && ReadOutput() | ReadErrors(); i++)
        {
            // Until there is no more.
        }

        var code = (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);
        var problem = _killed ?? (status < 0 ? "its exit status was taken by somebody else" : code > 128 && (status & 0x7f) != 0 ? $"it was ended by signal {code - 128}" : null);
        return new ProgramEnd(problem is not null && code == 0 ? 1 : code, _output.WrittenMemory, ErrorText(), problem);
    }

    /// <summary>False: the process has not ended. Then what is left of its group goes with it.</summary>
    private bool TakeEnd(out int status)
    {
        var group = _process;
        lock (_gate)
        {
            if (_watch >= 0)
                LibC.SignalGroup(_process, LibC.SigKill);
            if (!LibC.HasEnded(_process, out status))
                return false;
            if (_watch < 0)
                LibC.SignalGroup(_process, LibC.SigKill);
            _process = 0;
        }

        LibC.TakeOrphans(group);
        return true;
    }

    private void Kill(string why)
    {
        lock (_gate)
        {
            _killed ??= why;
            if (_process > 0)
                LibC.SignalGroup(_process, LibC.SigKill);
        }
    }

    private void WriteInput()
    {
        var written = LibC.Write(_inputEnd, _input.Span);
        if (written >= 0)
            _input = _input[written..];
        else if (Marshal.GetLastPInvokeError() is LibC.ErrorAgain or LibC.ErrorInterrupted)
            return;
        else
            _input = default; // It reads no more; that is its right.
        if (_input.IsEmpty)
            Close(ref _inputEnd);
    }

    private bool ReadOutput()
    {
        var count = Read(ref _outputEnd);
        if (count <= 0)
            return false;
        if (_start.OutputMax is not { } max || _killed is not null)
            return true;
        if (_output.WrittenCount + count > max)
            Kill($"it wrote more than {max} octets");
        else
            _output.Write(_buffer.AsSpan(0, count));
        return true;
    }

    private bool ReadErrors()
    {
        var count = Read(ref _errorEnd);
        if (count <= 0)
            return false;
        var kept = Math.Min(count, ErrorTextMax - _errorLength);
        _buffer.AsSpan(0, kept).CopyTo(_errorText.AsSpan(_errorLength));
        _errorLength += kept;
        return true;
    }

    /// <summary>Into the buffer; closes what has ended.</summary>
    private int Read(ref int descriptor)
    {
        if (descriptor < 0)
            return 0;
        var count = LibC.Read(descriptor, _buffer);
        if (count == 0 || (count < 0 && Marshal.GetLastPInvokeError() is not (LibC.ErrorAgain or LibC.ErrorInterrupted)))
            Close(ref descriptor);
        return count;
    }

    /// <summary>One line.</summary>
    private string ErrorText() => string.Join(
        " | ", Encoding.UTF8.GetString(_errorText, 0, _errorLength).Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(static line => string.Concat(line.Select(static c => char.IsControl(c) ? ' ' : c))));

    private static void Close(ref int descriptor)
    {
        if (descriptor >= 0)
            LibC.Close(descriptor);
        descriptor = -1;
    }
}
