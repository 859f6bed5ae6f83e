namespace MailCluster.Edge.Tests;

public sealed class SessionIdTests
{
    [Fact]
    public void Ids_are_short_distinct_and_read_back()
    {
        var source = new SessionIdSource("node1.example.com");
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var seen = new HashSet<string>();
        for (var i = 0; i < 10_000; i++)
        {
            var id = source.Next(now);
            var text = id.ToString();
            Assert.Equal(13, text.Length);
            Assert.True(seen.Add(text));
            Assert.True(SessionId.TryParse(text, out var back));
            Assert.Equal(id, back);
            Assert.True(SessionId.TryParse(text.ToUpperInvariant(), out back));
        }
    }

    [Fact]
    public void Ids_of_other_nodes_and_of_later_runs_differ()
    {
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var first = new SessionIdSource("a").Next(now);
        Assert.NotEqual(first, new SessionIdSource("b").Next(now));
        Assert.NotEqual(first, new SessionIdSource("a").Next(now.AddSeconds(1)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0123456789abu")]
    [InlineData("zzzzzzzzzzzzz")]
    public void What_is_no_id_is_not_read(string? text) => Assert.False(SessionId.TryParse(text, out _));
}
