using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MailCluster.Ctl.Terminal;

// Console.ReadKey shows nothing of a key while it waits for it, but the terminal echoes what is typed or pasted between two of its
// calls. So on
// Linux the terminal itself is told to be silent before the prompt appears, and lines are read from it as they are: the kernel's line
// editing
// (Backspace, Ctrl-U) works as people know it. However this ends, Ctrl-C included, the terminal gets its echo back.

/// <summary>Lines from the terminal that are not shown while they are typed. Dispose it to show them again.</summary>
internal sealed partial class HiddenInput : IDisposable
{
    private const int StandardInput = 0;

    /// <summary>TCSAFLUSH: what was typed before is thrown away.</summary>
    private const int Flush = 2;

    /// <summary>struct termios of Linux begins with four 32-bit flag words on every architecture; c_lflag is the fourth.</summary>
    private const int LocalFlags = 3;

    private const uint Echo = 0x8;
    private const uint EchoNewline = 0x40;
    private const int LineOctetsMax = 4096;

    private readonly uint[]? _before;
    private readonly PosixSignalRegistration? _interrupt;
    private readonly PosixSignalRegistration? _terminate;

    public HiddenInput()
    {
        if (!OperatingSystem.IsLinux()) return;
        // Larger than any libc's struct.
        var settings = new uint[64];
        if (tcgetattr(StandardInput, settings) != 0) return;
        _before = [.. settings];
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Leave());
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Leave());
        settings[LocalFlags] = (settings[LocalFlags] & ~Echo) | EchoNewline;
        _ = tcsetattr(StandardInput, Flush, settings);
    }

    /// <summary>Asks on standard error and reads one line. Null at the end of input (Ctrl-D).</summary>
    public string? Ask(string prompt)
    {
        Console.Error.Write(prompt);
        return _before is null ? ReadKeys() : ReadLine();
    }

    public void Dispose()
    {
        Restore();
        _interrupt?.Dispose();
        _terminate?.Dispose();
    }

    private void Restore()
    {
        if (_before is not null) _ = tcsetattr(StandardInput, Flush, _before);
    }

    private void Leave()
    {
        Restore();
        Console.Error.WriteLine();
        Environment.Exit(ExitCodes.Interrupted);
    }

    private static string? ReadLine()
    {
        using var handle = new SafeFileHandle(StandardInput, ownsHandle: false);
        using var input = new FileStream(handle, FileAccess.Read, bufferSize: 0);
        var line = new byte[LineOctetsMax];
        var length = 0;
        while (length < line.Length)
        {
            var read = input.Read(line, length, line.Length - length);
            if (read == 0) return length == 0 ? null : Encoding.UTF8.GetString(line, 0, length);
            length += read;
            if (line[length - 1] == '\n') return Encoding.UTF8.GetString(line, 0, length - 1);
        }
        throw new CtlException(ExitCodes.Usage, "the line is too long");
    }

    private static string? ReadKeys()
    {
        var text = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.D && key.Modifiers.HasFlag(ConsoleModifiers.Control)) return null;
            if (key.Key == ConsoleKey.Backspace) text.Length = Math.Max(0, text.Length - 1);
            else if (!char.IsControl(key.KeyChar)) text.Append(key.KeyChar);
        }
        Console.Error.WriteLine();
        return text.ToString();
    }

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int tcgetattr(int descriptor, [In, Out] uint[] settings);

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int tcsetattr(int descriptor, int when, uint[] settings);
}
