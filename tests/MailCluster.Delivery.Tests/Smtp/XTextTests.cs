using System.Text;
using MailCluster.Delivery.Smtp;

namespace MailCluster.Delivery.Tests.Smtp;

/// <summary>xtext of RFC 3461 §4.</summary>
public sealed class XTextTests
{
    [Theory]
    [InlineData("alice@example.com", "alice@example.com")]
    [InlineData("Alice+2Bx+3D+20y", "Alice+x= y")]
    [InlineData("p+C3+A4ivi", "päivi")]
    [InlineData("", "")]
    public void It_is_read(string encoded, string decoded)
    {
        Assert.True(XText.TryDecode(Encoding.UTF8.GetBytes(encoded), out var text));
        Assert.Equal(decoded, text);
        Assert.Equal(encoded, XText.Encode(decoded));
    }

    [Theory]
    [InlineData("a=b")]
    [InlineData("a b")]
    [InlineData("+2b")]
    [InlineData("+2")]
    [InlineData("a+")]
    [InlineData("+0D+0A")]
    [InlineData("+7F")]
    [InlineData("+C2+85")]
    [InlineData("+FF")]
    public void What_is_none_or_would_end_a_line_is_refused(string encoded) => Assert.False(XText.TryDecode(Encoding.UTF8.GetBytes(encoded), out _));
}
