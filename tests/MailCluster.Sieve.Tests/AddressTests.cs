namespace MailCluster.Sieve.Tests;

/// <summary>subaddress (RFC 5233), envelope parts (RFC 5228 §5.4, RFC 6009), addresses that scripts give.</summary>
public sealed class AddressTests
{
    [Theory]
    [InlineData("address :user \"cc\" \"tom\"", true)]
    [InlineData("address :detail \"cc\" \"sales\"", true)]
    [InlineData("address :user \"from\" \"coyote\"", true)]
    [InlineData("address :detail \"from\" \"\"", false)]
    [InlineData("address :detail :matches \"from\" \"*\"", false)]
    [InlineData("envelope :user \"to\" \"roadrunner\"", true)]
    [InlineData("envelope :detail \"to\" \"toons\"", true)]
    [InlineData("envelope :detail \"from\" \"\"", false)]
    public async Task User_and_detail(string test, bool expected) => Assert.Equal(expected, await Scripts.IsTrue("subaddress envelope", test));

    [Fact]
    public async Task An_empty_detail_is_one_and_separators_can_be_others()
    {
        Assert.True(await Scripts.IsTrue("subaddress", "address :detail \"to\" \"\"", "To: ken+@example.org\n\n"));
        var envelope = new SieveEnvelope("", "ken-a+b@example.org") { Separators = "-+" };
        Assert.True(await Scripts.IsTrue("subaddress envelope", "allof (envelope :user \"to\" \"ken\", envelope :detail \"to\" \"a+b\")", envelope: envelope));
    }

    /// <summary>RFC 6009 §2 and §4, with its examples.</summary>
    [Theory]
    [InlineData("envelope \"notify\" \"SUCCESS\"", true)]
    [InlineData("allof (envelope \"notify\" \"FAILURE\", envelope :comparator \"i;ascii-numeric\" :count \"eq\" \"notify\" \"1\")", false)]
    [InlineData("envelope :matches \"orcpt\" \"rfc822;*@example.com\"", true)]
    [InlineData("envelope \"ret\" \"hdrs\"", true)]
    [InlineData("envelope \"envid\" \"Q12\"", true)]
    [InlineData("anyof (envelope :contains \"bytimerelative\" \"-\", envelope :value \"eq\" :comparator \"i;ascii-numeric\" \"bytimerelative\" \"0\")", true)]
    [InlineData("envelope :zone \"+0000\" \"bytimeabsolute\" \"2026-11-26T14:29:45Z\"", true)]
    [InlineData("envelope :originalzone \"bytimeabsolute\" \"2026-11-26T15:29:45+01:00\"", true)]
    [InlineData("envelope \"bymode\" \"return\"", true)]
    [InlineData("envelope \"bytrace\" \"true\"", true)]
    public async Task Parameters_of_the_envelope(string test, bool expected)
    {
        var envelope = new SieveEnvelope("a@b.example", "c@d.example")
        {
            Notify = "SUCCESS,FAILURE",
            OriginalRecipient = "rfc822;joe@example.com",
            Return = "HDRS",
            EnvelopeId = "Q12",
            DeliverBySeconds = -30,
            DeliverByTime = new DateTimeOffset(2026, 11, 26, 15, 29, 45, TimeSpan.FromHours(1)),
            DeliverByMode = 'R',
            DeliverByTrace = true,
        };
        Assert.Equal(expected, await Scripts.IsTrue("envelope envelope-dsn envelope-deliverby relational comparator-i;ascii-numeric", test, envelope: envelope));
    }

    [Fact]
    public async Task What_the_client_did_not_say_is_not_there() =>
        Assert.False(await Scripts.IsTrue("envelope envelope-dsn envelope-deliverby", "envelope :matches [\"notify\", \"orcpt\", \"ret\", \"envid\", \"bytimerelative\", \"bytimeabsolute\", \"bymode\", \"bytrace\"] \"*\""));

    [Theory]
    [InlineData("a@b.example", "a@b.example")]
    [InlineData(" Tim <a@b.example> ", "a@b.example")]
    [InlineData("\"a b\"@c.example", "\"a b\"@c.example")]
    [InlineData("ä@bücher.example", "ä@bücher.example")]
    [InlineData("a@[192.0.2.1]", "a@[192.0.2.1]")]
    [InlineData("a", null)]
    [InlineData("", null)]
    [InlineData("@b.example", null)]
    [InlineData("a@", null)]
    [InlineData("a@b@c.example", null)]
    [InlineData("a@b..example", null)]
    [InlineData("a@b.example, c@d.example", null)]
    [InlineData("x: a@b.example;", null)]
    [InlineData("a@b.example\r\nBcc: x@y.example", null)]
    [InlineData("a b@c.example", null)]
    [InlineData("a@b.example>", null)]
    public void Addresses_that_mail_is_sent_to(string text, string? expected)
    {
        Assert.Equal(expected is not null, SieveAddress.TryParse(text, out var address));
        Assert.Equal(expected, address);
    }
}
