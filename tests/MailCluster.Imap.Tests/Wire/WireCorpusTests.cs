using MailCluster.Imap.Wire;

namespace MailCluster.Imap.Tests.Wire;

public sealed class WireCorpusTests
{
    public static TheoryData<string> Cases => [.. WireCorpus.Cases.Select(static wireCase => wireCase.ToString())];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_reader_makes_of_the_input_what_the_corpus_says(string name)
    {
        var wireCase = Find(name);
        Assert.Equal(wireCase.Expected, ReaderDriver.Run(wireCase));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void One_byte_at_a_time_makes_no_difference(string name)
    {
        var wireCase = Find(name);
        Assert.Equal(wireCase.Expected, ReaderDriver.Run(wireCase, [.. Enumerable.Range(1, wireCase.Input.Count - 1)]));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Where_the_input_is_split_makes_no_difference(string name)
    {
        var wireCase = Find(name);
        for (var split = 1; split < wireCase.Input.Count; split++)
            Assert.Equal(wireCase.Expected, ReaderDriver.Run(wireCase, split));
    }

    [Fact]
    public void Every_command_is_in_the_corpus()
    {
        var seen = WireCorpus.Cases.SelectMany(static wireCase => wireCase.Expected).ToList();
        foreach (var type in typeof(ImapCommandReader).Assembly.GetTypes().Where(static type => type.BaseType == typeof(MailCluster.Imap.Commands.ImapCommand)))
        {
            var record = type.Name.Replace("Command", "", StringComparison.Ordinal) + "(";
            Assert.Contains(seen, outcome => outcome.Contains(record, StringComparison.Ordinal));
        }
    }

    private static WireCase Find(string name) => WireCorpus.Cases.Single(wireCase => wireCase.ToString() == name);
}
