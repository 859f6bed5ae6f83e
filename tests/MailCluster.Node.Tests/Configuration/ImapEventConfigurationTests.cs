using MailCluster.Mailboxes;

namespace MailCluster.Node.Tests.Configuration;

public sealed class ImapEventConfigurationTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Nothing_runs_unless_it_is_asked_for()
    {
        var events = ReferenceTests.Load(null).Options.SieveDelivery.ImapEvents;
        Assert.False(events.IsEnabled);
        Assert.False(events.ExpungesDiscarded);
        Assert.Null(events.Url);
    }

    [Fact]
    public void Rules_say_where_whence_why_and_what()
    {
        var events = Load(
            "url = \"sieve://mail.example.com/\"",
            $"rules = [ {{ folder = \"Junk\", causes = [copy, append], before = \"{_file}\" }}, {{ folder = \"*\", from = \"Junk/%\", after = \"{_file}\" }}, {{ folder = inbox, after = \"{_file}\" }} ]");
        Assert.Equal("sieve://mail.example.com", events.Url);
        Assert.Equal(
            [
                ("Junk", null, ScriptCauses.Copy | ScriptCauses.Append, _file, null),
                ("*", "Junk/%", ScriptCauses.Copy, null, _file),
                ("INBOX", null, ScriptCauses.All, null, (string?)_file),
            ],
            events.Rules.Select(rule => (rule.Folder.ToString(), rule.From?.ToString(), rule.Causes, rule.Before, rule.After)));
    }

    [Theory]
    [InlineData("url = \"https://mail.example.com\"")]
    [InlineData("url = \"sieve://\"")]
    [InlineData("url = \"sieve://alice@mail.example.com\"")]
    [InlineData("url = \"sieve://mail.example.com/script\"")]
    [InlineData("rules = [ { folder = Junk } ]")]
    [InlineData("rules = [ { folder = Junk, before = \"/nowhere/at.all\" } ]")]
    [InlineData("rules = [ { before = \"FILE\" } ]")]
    [InlineData("rules = [ { folder = \"\", before = \"FILE\" } ]")]
    [InlineData("rules = [ { folder = Junk, causes = [expunge], before = \"FILE\" } ]")]
    [InlineData("rules = [ { folder = Junk, causes = [], before = \"FILE\" } ]")]
    [InlineData("rules = [ { folder = Junk, from = INBOX, causes = [append], before = \"FILE\" } ]")]
    [InlineData("rules = [ { folder = Junk, colour = red, before = \"FILE\" } ]")]
    public void What_makes_no_sense_is_told(string setting) =>
        Assert.NotEmpty(ReferenceTests.Load(null, "sieve.imap-events." + setting.Replace("FILE", _file, StringComparison.Ordinal)).Errors);

    private static Node.Configuration.ImapEventSettings Load(params string[] settings)
    {
        var loaded = ReferenceTests.Load(null, [.. settings.Select(setting => "sieve.imap-events." + setting)]);
        Assert.Empty(loaded.Errors);
        return loaded.Options.SieveDelivery.ImapEvents;
    }
}
