using System.Buffers;
using System.Text;
using MailCluster.Lmtp.QuotaStatus;

namespace MailCluster.Lmtp.Tests.QuotaStatus;

public sealed class PolicyRequestReaderTests
{
    internal const string Sample =
        "request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\nclient_address=192.0.2.1\nsender=a=b@example.org\n"
        + "recipient=alice@example.com\nsize=12345\nccert_subject=\nhelo_name=päivi\n\n";

    [Fact]
    public void A_request_is_read_and_the_next_one_stays()
    {
        var input = Bytes(Sample + "request=x\n");

        Assert.Equal(PolicyReadStatus.Complete, PolicyRequestReader.TryRead(input, out var request, out var consumed));
        Assert.Equal(new PolicyRequest(PolicyRequest.AccessPolicy, "alice@example.com", 12345), request);
        Assert.Equal("request=x\n", Encoding.UTF8.GetString(input.Slice(consumed)));
    }

    [Fact]
    public void Every_part_of_it_needs_more()
    {
        var bytes = Encoding.UTF8.GetBytes(Sample);
        for (var length = 0; length < bytes.Length; length++)
            Assert.Equal(PolicyReadStatus.NeedMore, PolicyRequestReader.TryRead(new ReadOnlySequence<byte>(bytes, 0, length), out _, out _));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("=value\n\n")]
    [InlineData("request=smtpd_access_policy\nsize=many\n\n")]
    [InlineData("request=smtpd_access_policy\nsize=99999999999999999999\n\n")]
    [InlineData("recipient=a\0b\n\n")]
    public void What_is_no_request_is_rejected(string text) =>
        Assert.Equal(PolicyReadStatus.Rejected, PolicyRequestReader.TryRead(Bytes(text), out _, out _));

    [Theory]
    [InlineData("a=")]
    [InlineData("a=b\n")]
    public void What_does_not_end_is_rejected_in_time(string part)
    {
        var text = new StringBuilder(part);
        while (text.Length <= PolicyRequestReader.BytesMax)
            text.Append(part.EndsWith('\n') ? part : "x");

        Assert.Equal(PolicyReadStatus.Rejected, PolicyRequestReader.TryRead(Bytes(text.ToString()), out _, out _));
    }

    [Theory]
    [InlineData("\n", "", 0)]
    [InlineData("size=\n\n", "", 0)]
    [InlineData("recipient=a\nrecipient=b\n\n", "b", 0)]
    public void What_is_missing_is_empty(string text, string recipient, long size)
    {
        Assert.Equal(PolicyReadStatus.Complete, PolicyRequestReader.TryRead(Bytes(text), out var request, out _));
        Assert.Equal((recipient, size), (request!.Recipient, request.Size));
    }

    [Fact]
    public void Random_damage_never_throws()
    {
        var random = new Random(5);
        for (var turn = 0; turn < 20_000; turn++)
        {
            var bytes = Encoding.UTF8.GetBytes(Sample);
            for (var damage = random.Next(1, 6); damage > 0; damage--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            PolicyRequestReader.TryRead(new ReadOnlySequence<byte>(bytes), out _, out _);
        }
    }

    private static ReadOnlySequence<byte> Bytes(string text) => new(Encoding.UTF8.GetBytes(text));
}
