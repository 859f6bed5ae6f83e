using System.Runtime.Versioning;

namespace MailCluster.Delivery.Programs;

/// <summary>
/// Finds a program by name. What can be run is what stands in the directory: a name is no path, a link does not lead out of it, and what anybody could have written
/// is not run. The directory and its files are the operator's, so that nothing changes between the look and the start.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class ProgramDirectory
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The full path; null with the reason why there is none.</summary>
    public static string? Find(string directory, string name, out string problem)
    {
        problem = "";
        if (name.Length == 0 || name is "." or ".." || name.AsSpan().IndexOfAny('/', '\0') >= 0)
        {
            problem = "this is no name of a program";
            return null;
        }

        var path = Path.Combine(directory, name);
        try
        {
            problem = WhyNot(directory, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = e.Message;
        }

        return problem.Length == 0 ? path : null;
    }

    private static string WhyNot(string directory, string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists && !Directory.Exists(path))
            return $"there is no file {path}";
        var target = Final(path);
        if (target != path)
        {
            // Also the directory itself may be behind a link, as mounted volumes are.
            var home = Final(directory);
            if (!Resolved(target).StartsWith(Resolved(home) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                return $"{path} is a link out of its directory";
            if (!File.Exists(target))
                return $"{path} is a link to nothing";
        }

        if ((File.GetAttributes(target) & (FileAttributes.Directory | FileAttributes.Device)) != 0)
            return $"{path} is no file";
        var mode = File.GetUnixFileMode(target);
        if ((mode & UnixFileMode.OtherWrite) != 0 || (File.GetUnixFileMode(directory) & UnixFileMode.OtherWrite) != 0)
            return $"everybody can write to {path}";
        return (mode & Executable) == 0 ? $"{path} is not executable" : "";
    }

    private static string Final(string path) => new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;

    /// <summary>A path in which no directory is a link.</summary>
    private static string Resolved(string path)
    {
        var parent = Path.GetDirectoryName(path);
        return parent is null ? path : Final(Path.Combine(Resolved(parent), Path.GetFileName(path)));
    }
}
