namespace MailCluster.Storage.Tests;

public sealed class DataDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    [Fact]
    public void A_second_holder_is_refused_until_the_first_lets_go()
    {
        var path = _temporary.File("data");
        using (DataDirectory.Open(path))
            Assert.Throws<DataDirectoryInUseException>(() => DataDirectory.Open(path));
        using var again = DataDirectory.Open(path);
        Assert.Equal(path, again.Path);
    }

    [Fact]
    public void A_new_directory_is_for_its_owner_alone()
    {
        using var data = DataDirectory.Open(_temporary.File("data"));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(data.Path));
    }

    [Theory]
    [InlineData("mailcluster 2\n")]
    [InlineData("something else\n")]
    [InlineData("")]
    public void A_newer_or_foreign_stamp_is_refused_and_the_lock_let_go(string stamp)
    {
        var path = _temporary.File("data");
        DataDirectory.Open(path).Dispose();
        File.WriteAllText(Path.Combine(path, "FORMAT"), stamp);
        Assert.Throws<StorageFormatException>(() => DataDirectory.Open(path));
        File.WriteAllText(Path.Combine(path, "FORMAT"), "mailcluster 1\n");
        DataDirectory.Open(path).Dispose();
    }

    public void Dispose() => _temporary.Dispose();
}
