namespace MailCluster.Mime.Tests;

/// <summary>The fields that a summary keeps byte for byte.</summary>
public sealed class KeptFieldTests
{
    [Fact]
    public void AreTheBytesOfTheMessage()
    {
        foreach (var file in Corpus.Files)
        {
            var m = new Summarised(File.ReadAllBytes(file));
            foreach (var field in m.Summary.Headers)
            {
                if (!field.Kept.IsEmpty)
                    Assert.Equal(field.Field.Of(m.Message), field.Kept);
            }
        }
    }

    [Fact]
    public void AreThoseThatListsAreMadeOf()
    {
        var m = new Summarised("Received: a\nFrom: b@c\nSubject: d\n e\nX-Other: f\nList-Id: <g>\n\nbody\n");
        Assert.Equal("From: b@c\r\n|Subject: d\r\n e\r\n|List-Id: <g>\r\n", Kept(m));
    }

    [Fact]
    public void AreNotThoseThatAreLong()
    {
        var m = new Summarised($"Subject: a\nTo: {new string('b', 2_100)}\nFrom: c\nCc: {new string('d', 2_000)}\nDate: {new string('e', 100)}\nBcc: f\n\nbody\n");
        Assert.Equal("Subject: a\r\n|From: c\r\n|" + $"Cc: {new string('d', 2_000)}\r\n|Bcc: f\r\n", Kept(m));
    }

    private static string Kept(Summarised m)
    {
        var kept = new List<string>();
        foreach (var field in m.Summary.Headers)
        {
            if (!field.Kept.IsEmpty)
                kept.Add(Corpus.Text(field.Kept));
        }

        return string.Join('|', kept);
    }
}
