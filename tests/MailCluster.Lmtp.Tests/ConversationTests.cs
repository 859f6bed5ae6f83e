using System.Text;
using MailCluster.Delivery;
using MailCluster.Edge;
using MailCluster.Mailboxes;

namespace MailCluster.Lmtp.Tests;

/// <summary>Whole conversations. Each runs sent at once (everything pipelined) and one byte at a time.</summary>
public sealed class ConversationTests
{
    private const string Hello = "LHLO client.example.org\r\n";
    private const string Envelope = Hello + "MAIL FROM:<sender@example.org>\r\nRCPT TO:<alice@example.com>\r\n";

    private static readonly string[] Greeted =
    [
        "220 mx.example.com LMTP MailCluster ready",
        "250-mx.example.com",
        "250-PIPELINING",
        "250-ENHANCEDSTATUSCODES",
        "250-8BITMIME",
        "250-SMTPUTF8",
        "250-CHUNKING",
        "250 SIZE 52428800",
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_arrives_with_its_trace(bool byteByByte)
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var replies = await lmtp.TalkAsync(
            Envelope + "DATA\r\nSubject: Hi\r\n\r\n..stuffed\r\nbody\r\n.\r\nQUIT\r\n", byteByByte);
        Assert.Equal(
            [
                .. Greeted, "250 2.1.0 Sender ok", "250 2.1.5 Recipient ok", "354 Send the message, end it with CR LF . CR LF",
                "250 2.0.0 <alice@example.com> Saved", "221 2.0.0 Goodbye",
            ],
            replies);
        var body = Encoding.Latin1.GetString(Assert.Single(await lmtp.BodiesAsync("alice")));
        Assert.Matches(
            "^Return-Path: <sender@example\\.org>\r\n"
            + "Received: from client\\.example\\.org \\(\\[192\\.0\\.2\\.1\\]\\)\r\n\tby mx\\.example\\.com with LMTP id [0-9a-z]{13}\\.1\r\n"
            + "\tfor <alice@example\\.com>;\r\n\t[A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d [+-]\\d{4}\r\n"
            + "Subject: Hi\r\n\r\n\\.stuffed\r\nbody\r\n$",
            body);
    }

    [Fact]
    public async Task Each_recipient_gets_its_own_reply_in_order()
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var replies = await lmtp.TalkAsync(
            Hello + "MAIL FROM:<>\r\nRCPT TO:<bob@example.com>\r\nRCPT TO:<nobody@example.com>\r\nRCPT TO:<Alice@Example.COM>\r\n"
            + "DATA\r\nhello\r\n.\r\n");
        Assert.Equal(
            [
                "250 2.1.0 Sender ok", "250 2.1.5 Recipient ok", "550 5.1.1 <nobody@example.com> There is no such user here", "250 2.1.5 Recipient ok",
                "354 Send the message, end it with CR LF . CR LF", "250 2.0.0 <bob@example.com> Saved", "250 2.0.0 <Alice@Example.COM> Saved",
            ],
            replies[Greeted.Length..]);
        var bob = Encoding.Latin1.GetString(Assert.Single(await lmtp.BodiesAsync("bob")));
        Assert.StartsWith("Return-Path: <>\r\n", bob, StringComparison.Ordinal);
        // Several recipients are not told of each other.
        Assert.DoesNotContain("for <", bob, StringComparison.Ordinal);
        Assert.Equal(["hello\r\n"], await lmtp.MessagesAsync("alice"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chunks_are_counted_and_nothing_in_them_is_looked_at(bool byteByByte)
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var replies = await lmtp.TalkAsync(
            Envelope + "BDAT 9\r\na\r\n.\r\n..bBDAT 0\r\nbdat 6 last\r\nQUIT\r\nQUIT\r\n", byteByByte);
        Assert.Equal(
            ["250 2.0.0 9 octets received", "250 2.0.0 0 octets received", "250 2.0.0 <alice@example.com> Saved", "221 2.0.0 Goodbye"],
            replies[(Greeted.Length + 2)..]);
        Assert.Equal(["a\r\n.\r\n..bQUIT\r\n"], await lmtp.MessagesAsync("alice"));
    }

    [Fact]
    public async Task The_last_chunk_may_be_empty()
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var replies = await lmtp.TalkAsync(Envelope + "BDAT 3\r\nabcBDAT 0 LAST\r\nNOOP\r\n");
        Assert.Equal(["250 2.0.0 3 octets received", "250 2.0.0 <alice@example.com> Saved", "250 2.0.0 Ok"], replies[(Greeted.Length + 2)..]);
        Assert.Equal(["abc"], await lmtp.MessagesAsync("alice"));
    }

    [Theory]
    [InlineData("HELO x", "500 5.5.1 This is LMTP: say LHLO")]
    [InlineData("EHLO x", "500 5.5.1 This is LMTP: say LHLO")]
    [InlineData("LHLO", "501 5.5.4 LHLO needs the name of the client")]
    [InlineData("LHLO a b", "501 5.5.4 LHLO needs the name of the client")]
    [InlineData("LHLO a(b", "501 5.5.4 LHLO needs the name of the client")]
    [InlineData("MAIL FROM:<a@b>", "503 5.5.1 Say LHLO first")]
    [InlineData("DATA", "503 5.5.1 Say LHLO first")]
    [InlineData("RSET", "250 2.0.0 Ok")]
    [InlineData("noop whatever", "250 2.0.0 Ok")]
    [InlineData("VRFY alice", "252 2.5.2 Cannot verify, but will take a message and try")]
    [InlineData("STARTTLS", "503 5.5.1 TLS is not available")]
    [InlineData("GET / HTTP/1.1", "500 5.5.1 Command not recognised")]
    public async Task Before_LHLO(string command, string reply)
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        Assert.Equal(reply, (await lmtp.TalkAsync(command + "\r\n"))[1]);
    }

    [Fact]
    public async Task Another_protocol_is_cut_off_at_its_first_line()
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var replies = await lmtp.TalkAsync("POST / HTTP/1.1\r\n" + Hello + "QUIT\r\n");
        Assert.Equal(2, replies.Length);
    }

    [Theory]
    [InlineData("MAIL FROM:<a@b>", "250 2.1.0 Sender ok")]
    [InlineData("MAIL FROM: <a@b> ", "250 2.1.0 Sender ok")]
    [InlineData("mail from:<@relay.example,@other:a@b> size=10 body=8bitmime smtputf8", "250 2.1.0 Sender ok")]
    [InlineData("MAIL FROM:<\"a b\\\"\"@b>", "250 2.1.0 Sender ok")]
    [InlineData("MAIL FROM:<a@[IPv6:2001:db8::1]>", "250 2.1.0 Sender ok")]
    [InlineData("MAIL FROM:a@b", "501 5.1.7 Bad sender address; say MAIL FROM:<path>")]
    [InlineData("MAIL FROM:<a@b", "501 5.1.7 Bad sender address; say MAIL FROM:<path>")]
    [InlineData("MAIL FROM:<a b@c>", "501 5.1.7 Bad sender address; say MAIL FROM:<path>")]
    [InlineData("MAIL FROM:<a@b>x", "501 5.5.4 Bad parameter of MAIL")]
    [InlineData("MAIL FROM:<a@b> SIZE=", "501 5.5.4 Bad parameter of MAIL")]
    [InlineData("MAIL FROM:<a@b> SIZE=1x", "501 5.5.4 SIZE needs a number")]
    [InlineData("MAIL FROM:<a@b> SIZE=52428801", "552 5.3.4 The message is too large")]
    [InlineData("MAIL FROM:<a@b> SIZE=99999999999999999999", "552 5.3.4 The message is too large")]
    [InlineData("MAIL FROM:<a@b> BODY=BINARYMIME", "501 5.5.4 BODY is 7BIT or 8BITMIME")]
    [InlineData("MAIL FROM:<a@b> RET=FULL", "555 5.5.4 Parameter of MAIL not recognised")]
    [InlineData("MAIL FROM:<a@b> AUTH=<>", "555 5.5.4 Parameter of MAIL not recognised")]
    [InlineData("MAIL FROM:<p\u00c3\u00a4@b>", "553 5.6.7 This address needs SMTPUTF8")]
    [InlineData("MAIL FROM:<p\u00c3\u00a4@b> SMTPUTF8", "250 2.1.0 Sender ok")]
    [InlineData("MAIL FROM:<p\u00ff@b> SMTPUTF8", "501 5.1.7 Bad sender address; say MAIL FROM:<path>")]
    [InlineData("RCPT TO:<alice@example.com>", "503 5.5.1 Say MAIL first")]
    [InlineData("DATA", "503 5.5.1 There is no valid recipient")]
    [InlineData("NONSENSE", "500 5.5.1 Command not recognised")]
    public async Task After_LHLO(string command, string reply)
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var replies = await lmtp.TalkAsync(Hello + command + "\r\n");
        Assert.Equal(reply, replies[Greeted.Length]);
    }

    [Theory]
    [InlineData("RCPT TO:<alice@example.com> NOTIFY=NEVER", "555 5.5.4 Parameter of RCPT not recognised")]
    [InlineData("RCPT TO:<>", "501 5.1.3 Bad recipient address; say RCPT TO:<path>")]
    [InlineData("RCPT TO:alice", "501 5.1.3 Bad recipient address; say RCPT TO:<path>")]
    [InlineData("RCPT TO: <\"alice\"@example.com>", "250 2.1.5 Recipient ok")]
    [InlineData("RCPT TO:<alice+lists@example.com>", "250 2.1.5 Recipient ok")]
    [InlineData("RCPT TO:<bob+owner@example.com>", "250 2.1.5 Recipient ok")]
    [InlineData("RCPT TO:<+alice@example.com>", "550 5.1.1 <+alice@example.com> There is no such user here")]
    [InlineData("RCPT TO:<p\u00c3\u00a4ivi@example.com>", "553 5.6.7 This address needs SMTPUTF8")]
    [InlineData("MAIL FROM:<b@c>", "503 5.5.1 There is a transaction already")]
    [InlineData("DATA", "503 5.5.1 There is no valid recipient")]
    [InlineData("BDAT 0 LAST", "503 5.5.1 There is no valid recipient")]
    public async Task After_MAIL(string command, string reply)
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var replies = await lmtp.TalkAsync(Hello + "MAIL FROM:<a@b>\r\n" + command + "\r\n");
        Assert.Equal(reply, replies[Greeted.Length + 1]);
    }

    [Fact]
    public async Task Utf8_addresses_work_with_smtputf8_and_the_trace_says_so()
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var replies = await lmtp.TalkAsync(
            Hello + "MAIL FROM:<p\u00c3\u00a4@b> SMTPUTF8\r\nRCPT TO:<p\u00c3\u00a4ivi@example.com>\r\nDATA\r\nx\r\n.\r\n");
        Assert.Equal("250 2.0.0 <p\u00c3\u00a4ivi@example.com> Saved", replies[^1]);
        var body = Encoding.UTF8.GetString(Assert.Single(await lmtp.BodiesAsync("päivi")));
        Assert.Contains(" with UTF8LMTP id ", body, StringComparison.Ordinal);
        Assert.Contains("Return-Path: <pä@b>", body, StringComparison.Ordinal);
        Assert.Contains("for <päivi@example.com>", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DATA_and_BDAT_do_not_mix_and_RSET_begins_anew()
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var replies = await lmtp.TalkAsync(
            Envelope + "BDAT 3\r\nabcDATA\r\nRCPT TO:<bob@example.com>\r\nRSET\r\nMAIL FROM:<a@b>\r\nRCPT TO:<alice@example.com>\r\nDATA\r\nnew\r\n.\r\n");
        Assert.Equal(
            [
                "250 2.0.0 3 octets received", "503 5.5.1 The message has begun with BDAT", "503 5.5.1 The message has begun", "250 2.0.0 Ok",
                "250 2.1.0 Sender ok", "250 2.1.5 Recipient ok", "354 Send the message, end it with CR LF . CR LF", "250 2.0.0 <alice@example.com> Saved",
            ],
            replies[(Greeted.Length + 2)..]);
        Assert.Equal(["new\r\n"], await lmtp.MessagesAsync("alice"));
    }

    [Fact]
    public async Task A_refused_chunk_is_still_read_and_never_run()
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var replies = await lmtp.TalkAsync(Hello + "BDAT 12 LAST\r\nQUIT\r\nQUIT\r\nNOOP\r\n");
        Assert.Equal(["503 5.5.1 There is no valid recipient", "250 2.0.0 Ok"], replies[Greeted.Length..]);
    }

    [Theory]
    [InlineData("BDAT")]
    [InlineData("BDAT x")]
    [InlineData("BDAT 3 FIRST")]
    [InlineData("BDAT -1")]
    [InlineData("BDAT 3 LAST x")]
    public async Task A_chunk_without_a_size_ends_the_session(string command)
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var replies = await lmtp.TalkAsync(Envelope + command + "\r\nQUIT\r\n");
        Assert.Equal("501 5.5.4 Say BDAT <octets> [LAST]", replies[^1]);
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_refused_for_each_recipient_and_the_session_goes_on()
    {
        await using var lmtp = await LmtpFixture.StartAsync(new LmtpOptions { MessageSizeMax = 1000 });
        var big = string.Concat(Enumerable.Repeat("0123456789\r\n", 100));
        var replies = await lmtp.TalkAsync(
            Hello + "MAIL FROM:<a@b>\r\nRCPT TO:<alice@example.com>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\n" + big + ".\r\n"
            + "MAIL FROM:<a@b>\r\nRCPT TO:<alice@example.com>\r\nBDAT 900\r\n" + new string('x', 900) + "BDAT 200\r\n" + new string('y', 200)
            + "BDAT 1\r\nzBDAT 0 LAST\r\n"
            + "MAIL FROM:<a@b>\r\nRCPT TO:<alice@example.com>\r\nDATA\r\nsmall\r\n.\r\n");
        Assert.Equal(
            [
                "552 5.3.4 <alice@example.com> The message is too large", "552 5.3.4 <bob@example.com> The message is too large",
                "250 2.1.0 Sender ok", "250 2.1.5 Recipient ok", "250 2.0.0 900 octets received", "552 5.3.4 The message is too large",
                "552 5.3.4 The message is too large", "552 5.3.4 <alice@example.com> The message is too large",
                "250 2.1.0 Sender ok", "250 2.1.5 Recipient ok", "354 Send the message, end it with CR LF . CR LF", "250 2.0.0 <alice@example.com> Saved",
            ],
            replies[(Greeted.Length + 4)..]);
        Assert.Equal(["small\r\n"], await lmtp.MessagesAsync("alice"));
        Assert.Empty(await lmtp.BodiesAsync("bob"));
        Assert.Equal(0, lmtp.Edge.Spools.MemoryInUse);
    }

    [Fact]
    public async Task A_chunk_of_absurd_size_ends_the_session()
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var replies = await lmtp.TalkAsync(Envelope + "BDAT 9223372036854775807\r\nabc");
        Assert.Equal("552 5.3.4 The message is far too large", replies[^1]);
    }

    [Fact]
    public async Task Too_many_recipients_are_put_off()
    {
        await using var lmtp = await LmtpFixture.StartAsync(new LmtpOptions { RecipientsMax = 1 });
        var replies = await lmtp.TalkAsync(Envelope + "RCPT TO:<bob@example.com>\r\nDATA\r\nx\r\n.\r\n");
        Assert.Equal("452 4.5.3 Too many recipients", replies[Greeted.Length + 2]);
        Assert.Equal("250 2.0.0 <alice@example.com> Saved", replies[^1]);
    }

    [Fact]
    public async Task Trouble_of_the_user_database_is_temporary()
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        lmtp.Directory.Unavailable = true;
        Assert.Equal("451 4.3.0 <alice@example.com> Users cannot be looked up now", (await lmtp.TalkAsync(Envelope))[^1]);
    }

    [Fact]
    public async Task Trouble_of_the_store_is_temporary_and_each_recipient_has_its_own()
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        lmtp.Mailboxes.Bodies.Unavailable = true;
        var replies = await lmtp.TalkAsync(Envelope + "DATA\r\nx\r\n.\r\n");
        Assert.Equal("451 4.3.0 <alice@example.com> The mailbox cannot take the message now", replies[^1]);
        lmtp.Mailboxes.Bodies.Unavailable = false;
        Assert.Empty(await lmtp.BodiesAsync("alice"));
    }

    [Fact]
    public async Task Delivered_to_names_each_recipient_in_its_own_copy()
    {
        await using var lmtp = await LmtpFixture.StartAsync(new LmtpOptions { AddDeliveredTo = true });
        var replies = await lmtp.TalkAsync(
            Hello + "MAIL FROM:<a@b>\r\nRCPT TO:<alice+x@example.com>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\nx\r\n.\r\n");
        Assert.Equal(["250 2.0.0 <alice+x@example.com> Saved", "250 2.0.0 <bob@example.com> Saved"], replies[^2..]);
        Assert.StartsWith(
            "Return-Path: <a@b>\r\nDelivered-To: alice+x@example.com\r\nReceived: ",
            Encoding.Latin1.GetString((await lmtp.BodiesAsync("alice"))[0]), StringComparison.Ordinal);
        Assert.StartsWith(
            "Return-Path: <a@b>\r\nDelivered-To: bob@example.com\r\nReceived: ",
            Encoding.Latin1.GetString((await lmtp.BodiesAsync("bob"))[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_cut_off_in_the_middle_is_not_delivered()
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        await lmtp.TalkAsync(Envelope + "DATA\r\nhalf a mess");
        await lmtp.TalkAsync(Envelope + "DATA\r\nno end\r\n.");
        await lmtp.TalkAsync(Envelope + "BDAT 100 LAST\r\nhalf a chunk");
        Assert.Empty(await lmtp.BodiesAsync("alice"));
        Assert.Equal(0, lmtp.Edge.Spools.MemoryInUse);
    }

    [Fact]
    public async Task A_line_that_is_no_command_line_is_refused_and_counted()
    {
        await using var lmtp = await LmtpFixture.StartAsync(new LmtpOptions { ErrorsMax = 3, LineBytesMax = 512 });
        var replies = await lmtp.TalkAsync(
            Hello + "NOOP\nNOOP\r\nNOOP " + new string('x', 5000) + "\r\nNOOP\r\nNO\0OP\r\nNO\rOP\r\nNOOP\r\n");
        Assert.Equal(
            [
                "500 5.5.2 A command line ends with CR LF and holds no other CR, LF or NUL", "250 2.0.0 Ok", "500 5.5.2 Line too long", "250 2.0.0 Ok",
                "500 5.5.2 A command line ends with CR LF and holds no other CR, LF or NUL",
                "500 5.5.2 A command line ends with CR LF and holds no other CR, LF or NUL", "421 4.7.0 Too many errors",
            ],
            replies[Greeted.Length..]);
    }

    [Fact]
    public async Task Commands_for_ever_end_the_session()
    {
        await using var lmtp = await LmtpFixture.StartAsync(new LmtpOptions { IdleCommandsMax = 10 });
        var replies = await lmtp.TalkAsync(Hello + string.Concat(Enumerable.Repeat("NOOP\r\n", 20)));
        Assert.Equal("421 4.7.0 Too many commands without a message", replies[^1]);
        Assert.Equal(Greeted.Length + 10, replies.Length);
    }

    [Fact]
    public async Task Help_lists_the_table()
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var replies = await lmtp.TalkAsync("HELP\r\n");
        foreach (var command in Commands.LmtpCommands.All.Where(static c => c.Verb is not ("HELO" or "EHLO")))
            Assert.Contains(replies, r => r == "214-2.0.0 " + command.Syntax);
        Assert.Equal("214 2.0.0 See RFC 2033", replies[^1]);
    }

    [Fact]
    public async Task Detail_folders_take_mail_when_they_exist_and_are_asked_to()
    {
        await using var lmtp = await LmtpFixture.StartAsync(delivery: new DeliveryOptions { SaveToDetailFolder = true });
        var alice = AccountId.Create("alice@example.com");
        await lmtp.Mailboxes.Client.SendAsync(
            alice, new CreateFolder(FolderName.Create("Lists")), new CommandContext(CommandId.New(TimeProvider.System), "", "test", ""), default);
        await lmtp.TalkAsync(
            Hello + "MAIL FROM:<a@b>\r\nRCPT TO:<alice+lists@example.com>\r\nRCPT TO:<alice+none@example.com>\r\nRCPT TO:<alice+../x@example.com>\r\n"
            + "DATA\r\nx\r\n.\r\n");
        Assert.Equal(["x\r\n"], await lmtp.MessagesAsync("alice", "Lists"));
        Assert.Equal(["x\r\n", "x\r\n"], await lmtp.MessagesAsync("alice"));
    }

    [Fact]
    public async Task A_recipient_named_twice_gets_one_message_and_two_replies()
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var replies = await lmtp.TalkAsync(Envelope + "RCPT TO:<ALICE@example.com>\r\nDATA\r\nx\r\n.\r\n");
        Assert.Equal(["250 2.0.0 <alice@example.com> Saved", "250 2.0.0 <ALICE@example.com> Saved"], replies[^2..]);
        Assert.Single(await lmtp.BodiesAsync("alice"));
    }

    [Fact]
    public async Task A_large_message_goes_through_a_file_unchanged()
    {
        var edge = new EdgeOptions { Spool = new SpoolOptions { MemoryMax = 64 * 1024 } };
        await using var lmtp = await LmtpFixture.StartAsync(edge: edge);
        var text = new StringBuilder();
        for (var i = 0; i < 60_000; i++)
            text.Append('.').Append(i).Append(" line\r\n");
        var client = lmtp.Connect();
        var send = client.SendAsync(Envelope + "DATA\r\n"
            + "." + text.ToString().Replace("\r\n.", "\r\n..", StringComparison.Ordinal) + ".\r\nQUIT\r\n");
        var all = await client.ReadToEndAsync();
        await send;
        Assert.Contains("250 2.0.0 <alice@example.com> Saved", all, StringComparison.Ordinal);
        Assert.Equal(text.ToString(), (await lmtp.MessagesAsync("alice"))[0]);
    }
}
