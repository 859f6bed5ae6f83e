using System.Globalization;
using MailCluster.Storage.Packs.Format;

namespace MailCluster.Storage.Packs;

/// <summary>Names of the files in the packs directory: eight hexadecimal digits of the pack, and what it is.</summary>
internal static class PackFiles
{
    public const string Records = ".pack";

    public static string Path(string directory, uint pack, PackFileKind kind) =>
        System.IO.Path.Combine(directory, pack.ToString("x8", CultureInfo.InvariantCulture) + Extension(kind));

    public static string Extension(PackFileKind kind) => kind switch
    {
        PackFileKind.Records => Records,
        PackFileKind.Index => ".idx",
        PackFileKind.Summaries => ".summary",
        PackFileKind.Texts => ".text",
        PackFileKind.Released => ".dead",
        PackFileKind.Forwards => ".fwd",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The pack that a file belongs to and which of its files it is; false for a file that is none.</summary>
    public static bool TryParse(string path, out uint pack, out PackFileKind kind)
    {
        kind = System.IO.Path.GetExtension(path) switch
        {
            Records => PackFileKind.Records,
            ".idx" => PackFileKind.Index,
            ".summary" => PackFileKind.Summaries,
            ".text" => PackFileKind.Texts,
            ".dead" => PackFileKind.Released,
            ".fwd" => PackFileKind.Forwards,
            _ => 0,
        };
        var name = System.IO.Path.GetFileNameWithoutExtension(path);
        return uint.TryParse(name, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out pack) && name.Length == 8 && kind != 0;
    }
}
