using System.Text;

namespace MailCluster.Mime.Tests;

/// <summary>
/// The messages of <c>corpus/</c>, and of the directory that the variable MAILCLUSTER_MIME_CORPUS names, if set. Files named <c>*.only.eml</c>
/// hold what the reference implementation defines differently; tests of their own say what is right.
/// </summary>
internal static class Corpus
{
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "corpus");

    public static IEnumerable<string> Files => Directory.EnumerateFiles(Folder, "*.eml").Concat(More()).Order(StringComparer.Ordinal);

    public static IEnumerable<string> Comparable => Files.Where(static f => !f.EndsWith(".only.eml", StringComparison.Ordinal));

    public static byte[] Read(string name) => File.ReadAllBytes(Directory.EnumerateFiles(Folder, $"*-{name}.*eml").Single(
        f => Path.GetFileName(f)[3..].Split('.')[0] == name));

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    /// <summary>A message from lines, with CRLF line ends.</summary>
    public static byte[] Lines(string text) => Bytes(text.ReplaceLineEndings("\r\n"));

    private static string[] More()
    {
        var folder = Environment.GetEnvironmentVariable("MAILCLUSTER_MIME_CORPUS");
        return string.IsNullOrEmpty(folder) ? [] : Directory.GetFiles(folder, "*.eml");
    }
}
