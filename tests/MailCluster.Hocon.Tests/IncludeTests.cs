namespace MailCluster.Hocon.Tests;

public sealed class IncludeTests
{
    private static HoconObject Read(InMemoryHoconFiles files) => new HoconLayers(files, _ => null).AddFile("/etc/main.hocon").Resolve();

    [Theory]
    [InlineData("include \"other.hocon\"", "{ x = 1 }")]
    [InlineData("include file(\"other.hocon\")", "{ x = 1 }")]
    [InlineData("include required(\"other.hocon\")", "{ x = 1 }")]
    [InlineData("include required( file( \"/etc/other.hocon\" ) )", "{ x = 1 }")]
    [InlineData("include\"other.hocon\"\nx = 2", "{ x = 2 }")]
    [InlineData("x = 2, include \"other.hocon\"", "{ x = 1 }")]
    [InlineData("include \"missing.hocon\", y = 1", "{ y = 1 }")]
    [InlineData("a { include \"sub/deep.hocon\" }", "{ a = { deep = 1, x = 1, y = 1 } }")]
    [InlineData("a = [{ include \"other.hocon\" }]", "{ a = [{ x = 1 }] }")]
    public void Includes(string text, string expected)
    {
        var files = new InMemoryHoconFiles()
            .Add("/etc/main.hocon", text)
            .Add("/etc/other.hocon", "x = 1")
            .Add("/etc/sub/deep.hocon", "{ deep = 1, include \"../other.hocon\", y = ${x} }");
        Assert.Equal(expected, Read(files).Render());
    }

    [Fact]
    public void SubstitutionsLookFirstWhereTheFileWasIncluded()
    {
        var files = new InMemoryHoconFiles()
            .Add("/etc/main.hocon", "x = outer, z = root\na { include \"inner.hocon\" }\na.x = overridden")
            .Add("/etc/inner.hocon", "x = inner, y = ${x}, w = ${z}, l = [1], l += 2");
        Assert.Equal("{ x = \"outer\", z = \"root\", a = { x = \"overridden\", y = \"overridden\", w = \"root\", l = [1, 2] } }", Read(files).Render());
    }

    [Theory]
    [InlineData("include required(\"nope\")", "/etc/main.hocon:1:1: the required file /etc/nope does not exist")]
    [InlineData("\ninclude \"main.hocon\"", "/etc/main.hocon:2:1: include cycle: /etc/main.hocon is already being read")]
    [InlineData("include \"a.hocon\"", "/etc/b.hocon:1:1: include cycle: /etc/a.hocon is already being read")]
    [InlineData("include \"bad.hocon\"", "/etc/bad.hocon:2:3: expected a value, found the end of the file")]
    [InlineData("include file(\"a\"", "/etc/main.hocon:1:17: expected ')' after the file name, found the end of the file")]
    [InlineData("include \"bomb0\"", "more than 32 includes")]
    public void Refuses(string text, string expected)
    {
        var files = new InMemoryHoconFiles().Add("/etc/main.hocon", text).Add("/etc/a.hocon", "include \"b.hocon\"")
            .Add("/etc/b.hocon", "include \"a.hocon\"").Add("/etc/bad.hocon", "\nx=");
        for (var n = 0; n < 30; n++)
        {
            files.Add($"/etc/bomb{n}", $"include \"bomb{n + 1}\"\ninclude \"bomb{n + 1}\"");
        }
        Assert.Contains(expected, Assert.Throws<HoconException>(() => Read(files)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RealFilesAreRelativeToTheIncludingFile()
    {
        var folder = Directory.CreateTempSubdirectory("hocon");
        try
        {
            Directory.CreateDirectory(Path.Combine(folder.FullName, "conf.d"));
            File.WriteAllText(Path.Combine(folder.FullName, "main.hocon"), "include \"conf.d/a.hocon\"");
            File.WriteAllText(Path.Combine(folder.FullName, "conf.d", "a.hocon"), "a = 1, include \"b.hocon\"");
            File.WriteAllText(Path.Combine(folder.FullName, "conf.d", "b.hocon"), "b = 2");
            var root = new HoconLayers().AddFile(Path.Combine(folder.FullName, "main.hocon")).Resolve();
            Assert.Equal("{ a = 1, b = 2 }", root.Render());
            Assert.Throws<HoconException>(() => new HoconLayers().AddFile(Path.Combine(folder.FullName, "none.hocon")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
