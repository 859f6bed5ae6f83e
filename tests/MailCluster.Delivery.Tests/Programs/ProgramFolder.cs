using System.Globalization;

namespace MailCluster.Delivery.Tests.Programs;

/// <summary>A directory of programs that a test writes.</summary>
internal sealed class ProgramFolder : IDisposable
{
    private const UnixFileMode Usual = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    public ProgramFolder()
    {
        Root = Directory.CreateTempSubdirectory("sieve-programs-").FullName;
        Bin = Directory.CreateDirectory(Path.Combine(Root, "bin")).FullName;
    }

    public string Root { get; }

    public string Bin { get; }

    /// <summary>Where programs of a test leave what they are to show.</summary>
    public string Note(string name) => Path.Combine(Root, name);

    /// <summary>A program for the shell, unless it begins with another interpreter.</summary>
    public void Write(string name, string content, UnixFileMode mode = Usual)
    {
        var path = Path.Combine(Bin, name);
        File.WriteAllText(path, content.StartsWith("#!", StringComparison.Ordinal) ? content : "#!/bin/sh\n" + content);
        File.SetUnixFileMode(path, mode);
    }

    /// <summary>Whether a process runs; one that has ended and that nobody has asked for does not.</summary>
    public static bool IsRunning(int process)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            return stat[(stat.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}

/// <summary>Tests that write programs and run them do so one after the other: a file that a child still holds open for writing cannot be run (ETXTBSY).</summary>
[CollectionDefinition(Name)]
public sealed class ProgramCollection
{
    public const string Name = "programs";
}
