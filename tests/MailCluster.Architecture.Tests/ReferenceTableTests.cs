using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace MailCluster.Architecture.Tests;

/// <summary>
/// Who may see whom. The table is the architecture: protocols see neither storage nor the actors, persistence and cluster do not see each other, only
/// the node sees everything. A project that needs more than its line allows is in the wrong place, or the table is to be changed, here, on purpose.
/// </summary>
public sealed class ReferenceTableTests
{
    private static readonly Dictionary<string, string[]> s_mayReference = new(StringComparer.Ordinal)
    {
        ["Hocon"] = [],
        ["Mime"] = [],
        ["Bodies"] = [],
        ["Actors"] = [],
        ["Auth"] = [],
        ["Sieve"] = ["Mime"],
        ["Persistence"] = ["Actors"],
        ["Cluster"] = ["Actors"],
        ["Storage"] = ["Actors", "Persistence", "Cluster", "Bodies", "Auth"],
        ["Mailboxes"] = ["Actors", "Persistence", "Cluster", "Bodies", "Mime"],
        ["Delivery"] = ["Mailboxes", "Bodies", "Sieve", "Mime"],
        ["Edge"] = ["Auth", "Mailboxes"],
        ["Imap"] = ["Edge", "Mailboxes", "Bodies", "Mime"],
        ["Pop3"] = ["Edge", "Mailboxes", "Bodies", "Mime"],
        ["Lmtp"] = ["Edge", "Mailboxes", "Mime", "Delivery"],
        ["ManageSieve"] = ["Edge", "Mailboxes", "Sieve"],
        ["Replication"] = ["Mailboxes", "Persistence", "Bodies"],
        ["Formats"] = ["Mailboxes", "Bodies", "Mime"],
        ["Node"] = ["*"],
        ["Ctl"] = [],
    };

    /// <summary>Packages that touch a disk, a database or a wire format stay where they belong.</summary>
    private static readonly Dictionary<string, string[]> s_packageOnlyIn = new(StringComparer.Ordinal)
    {
        ["Microsoft.Data.Sqlite"] = ["Storage", "Auth"],
        ["SQLitePCLRaw.bundle_e_sqlite3"] = ["Storage", "Auth"],
        ["Npgsql"] = ["Storage", "Auth"],
        ["AWSSDK.S3"] = ["Storage"],
        ["Microsoft.IdentityModel.JsonWebTokens"] = ["Auth"],
        ["System.CommandLine"] = ["Ctl", "Node"],
        ["Serilog"] = ["Node"],
        ["Serilog.Extensions.Logging"] = ["Node"],
        ["Serilog.Sinks.Console"] = ["Node"],
        ["Serilog.Sinks.File"] = ["Node"],
    };

    public static TheoryData<string> Projects => [.. ProjectFiles().Select(path => Path.GetFileNameWithoutExtension(path))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_its_line_of_the_table_allows(string project)
    {
        var file = XDocument.Load(Path.Combine(Repository.Root, "src", project, $"{project}.csproj"));
        var references = file.Descendants("ProjectReference").Select(reference => NameOf(reference.Attribute("Include")!.Value));
        Check(project, references, "references");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void An_assembly_uses_only_what_its_line_of_the_table_allows(string project)
    {
        using var stream = File.OpenRead(Assemblies.PathOf(project));
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        var references = metadata.AssemblyReferences
            .Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))
            .Where(name => name.StartsWith("MailCluster.", StringComparison.Ordinal))
            .Select(name => name["MailCluster.".Length..]);
        Check(project, references, "uses");
    }

    [Fact]
    public void Packages_stay_where_they_belong()
    {
        var offences = from path in ProjectFiles()
                       let project = NameOf(path)
                       from reference in XDocument.Load(Path.Combine(Repository.Root, path)).Descendants("PackageReference")
                       let package = reference.Attribute("Include")!.Value
                       where s_packageOnlyIn.TryGetValue(package, out var allowed) && !allowed.Contains(project)
                       select $"{path} has the package {package}, which belongs to {string.Join(", ", s_packageOnlyIn[package])}.";
        Repository.AssertNone(offences, "Packages outside their project:");
    }

    private static IEnumerable<string> ProjectFiles() => Repository.Files("src").Where(path => path.EndsWith(".csproj", StringComparison.Ordinal));

    private static string NameOf(string projectFile) => Path.GetFileNameWithoutExtension(projectFile.Replace('\\', '/'))["MailCluster.".Length..];

    private static void Check(string project, IEnumerable<string> references, string verb)
    {
        var name = project["MailCluster.".Length..];
        Assert.True(s_mayReference.TryGetValue(name, out var allowed), $"{project} has no line in the reference table of this test. Give it one, on purpose.");
        if (allowed is not ["*"])
        {
            var offences = references.Except(allowed!, StringComparer.Ordinal).Select(other => $"  MailCluster.{other}");
            Repository.AssertNone(offences, $"{project} {verb} what it may not see (it may see: {(allowed!.Length == 0 ? "nothing" : string.Join(", ", allowed))}):");
        }
    }
}
