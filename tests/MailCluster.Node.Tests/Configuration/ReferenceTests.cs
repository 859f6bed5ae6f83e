using MailCluster.Hocon;
using MailCluster.Node.Configuration;

namespace MailCluster.Node.Tests.Configuration;

/// <summary>The reference file is the schema: each key in it is bound, and each bound key is in it.</summary>
public sealed class ReferenceTests
{
    internal static NodeConfiguration Load(string? file = null, params string[] settings)
    {
        var files = new InMemoryHoconFiles();
        if (file is not null)
        {
            files.Add("my.hocon", file);
        }
        return NodeConfiguration.Load(file is null ? null : "my.hocon", settings, files, _ => null);
    }

    [Fact]
    public void EveryKeyIsBoundAndEveryBoundKeyIsThere()
    {
        // A key in the file that nothing reads is "unknown"; a key read that the file lacks is "missing". Both are faults.
        Assert.Empty(Load().Errors);
    }

    [Fact]
    public void EveryKeyRefusesAValueOfAnotherKind()
    {
        // If a key were not read, damaging it would go unnoticed.
        var leaves = new List<string>();
        Collect(Load().Defaults, "", leaves);
        Assert.InRange(leaves.Count, 60, 1000);
        foreach (var leaf in leaves)
        {
            Assert.True(IsRefused($"{leaf}=[{{ wrong = kind }}]"), leaf);
        }
    }

    private static bool IsRefused(string setting)
    {
        try
        {
            return Load(null, setting).Errors.Count > 0;
        }
        catch (HoconException)
        {
            return true; // data-dir is part of other values: an array cannot be joined with text.
        }
    }

    [Fact]
    public void EveryKeyIsExplained()
    {
        var lines = Reference.Text.Split('\n');
        foreach (var line in lines)
        {
            Assert.True(line.Length <= 160, line);
        }
        Assert.InRange(lines.Count(line => line.TrimStart().StartsWith('#')), 60, 10_000);
    }

    private static void Collect(HoconObject node, string prefix, List<string> leaves)
    {
        foreach (var (key, value) in node.Fields)
        {
            var path = prefix.Length == 0 ? HoconText.Key(key) : $"{prefix}.{HoconText.Key(key)}";
            if (value is HoconObject { Fields.Count: > 0 } child)
            {
                Collect(child, path, leaves);
            }
            else
            {
                leaves.Add(path);
            }
        }
    }
}
