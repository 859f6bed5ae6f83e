using System.IO.Pipelines;
using System.Text;
using MailCluster.ManageSieve.Responses;

namespace MailCluster.ManageSieve.Tests.Wire;

/// <summary>When a string is quoted and when it is a literal (RFC 5804 §4).</summary>
public sealed class ResponseWritingTests
{
    [Theory]
    [InlineData("", "\"\"")]
    [InlineData("a b", "\"a b\"")]
    [InlineData("\"", "\"\\\"\"")]
    [InlineData("a\\b\"c", "\"a\\\\b\\\"c\"")]
    [InlineData("a\rb", "{3}\r\na\rb")]
    [InlineData("a\nb", "{3}\r\na\nb")]
    [InlineData("\0", "{1}\r\n\0")]
    public async Task What_can_be_quoted_is(string text, string written) => Assert.Equal(written, await WriteAsync(text));

    [Fact]
    public async Task A_quoted_string_has_at_most_1024_bytes_between_its_quotes()
    {
        Assert.Equal($"\"{new string('k', 1024)}\"", await WriteAsync(new string('k', 1024)));
        Assert.StartsWith("{1025}\r\nk", await WriteAsync(new string('k', 1025)), StringComparison.Ordinal);
        Assert.StartsWith("\"k", await WriteAsync(new string('k', 1022) + "\\"), StringComparison.Ordinal);
        Assert.StartsWith("{1024}\r\nk", await WriteAsync(new string('k', 1023) + "\\"), StringComparison.Ordinal);
    }

    private static async Task<string> WriteAsync(string text)
    {
        using var output = new MemoryStream();
        var writer = PipeWriter.Create(output);
        writer.WriteString(Encoding.UTF8.GetBytes(text));
        await writer.FlushAsync();
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
