using System.Globalization;
using System.Text;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Tests.Fetch;

public sealed class FetchItemTests
{
    [Fact]
    public async Task Items_of_the_index_are_written_as_the_RFC_has_them()
    {
        var folder = new TestFolder();
        folder.Add("a", SystemFlags.Seen | SystemFlags.Deleted, ["$Junk", "Work"], uid: 5, new DateTimeOffset(1996, 7, 17, 2, 44, 25, TimeSpan.FromHours(-7)), modSeq: 9, saveDate: 820454400);
        folder.Add("bb", uid: 4294967290, date: new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.FromMinutes(330)));
        Assert.Equal(
            "* 1 FETCH (UID 5 FLAGS (\\Seen \\Deleted $Junk Work) MODSEQ (9) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 1 "
            + "SAVEDATE \" 1-Jan-1996 00:00:00 +0000\" EMAILID (M00000001000000000000000000000000) THREADID NIL)\r\n"
            + "* 2 FETCH (UID 4294967290 FLAGS () MODSEQ (10) INTERNALDATE \" 1-Dec-2026 00:00:00 +0530\" RFC822.SIZE 2 "
            + "SAVEDATE \" 1-Jan-1970 00:00:00 +0000\" EMAILID (M00000002000000000000000000000000) THREADID NIL)\r\n",
            await FetchRunner.TextAsync(folder, "1:* (UID FLAGS INTERNALDATE RFC822.SIZE MODSEQ EMAILID THREADID SAVEDATE)"));
    }

    [Fact]
    public async Task Recent_is_told_to_whom_it_is()
    {
        var folder = new TestFolder();
        folder.Add("a");
        folder.Add("b", SystemFlags.Answered, ["k"]);
        var runner = new FetchRunner { RecentFrom = 2 };
        Assert.Equal(
            "* 1 FETCH (FLAGS ())\r\n* 2 FETCH (FLAGS (\\Answered \\Recent k))\r\n",
            Encoding.ASCII.GetString(await runner.FetchAsync(folder, "1:2 FLAGS")));
    }

    [Fact]
    public async Task Envelope_and_structure_of_the_sample()
    {
        var folder = new TestFolder();
        folder.Add(SampleMessage.Whole);
        var text = await FetchRunner.TextAsync(folder, "1 (ENVELOPE BODY BODYSTRUCTURE)");
        const string Gray = "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\"))";
        const string Envelope = "(\"Mon, 7 Feb 1994 21:52:25 -0800\" \"IMAP4rev2 WG mtg \\\"summary\\\"\" " + Gray + " " + Gray + " " + Gray
            + " ((NIL NIL \"imap\" \"cac.washington.edu\")(\"M. Crispin\" NIL \"MRC\" \"CAC.washington.edu\")) NIL NIL NIL \"<B27397-0100000@cac.washington.edu>\")";
        const string InnerFrom = "((NIL NIL \"inner\" \"x\"))";
        const string InnerEnvelope = "(NIL \"Inner\" " + InnerFrom + " " + InnerFrom + " " + InnerFrom + " NIL NIL NIL NIL NIL)";
        Assert.Contains("ENVELOPE " + Envelope, text, StringComparison.Ordinal);
        Assert.Contains(
            " BODYSTRUCTURE ((\"text\" \"plain\" (\"charset\" \"us-ascii\") \"<one@x>\" NIL \"7bit\" 28 2 NIL NIL NIL NIL)"
            + "(\"application\" \"octet-stream\" (\"name\" \"d.bin\") NIL NIL \"base64\" 68 NIL (\"attachment\" (\"filename\" \"d.bin\")) NIL NIL)"
            + string.Create(CultureInfo.InvariantCulture, $"(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" {SampleMessage.Body3.Length} {InnerEnvelope} ")
            + "((\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 5 0 NIL NIL NIL NIL)(\"text\" \"html\" (\"charset\" \"us-ascii\") NIL NIL \"quoted-printable\" 19 0 NIL NIL NIL NIL)"
            + " \"alternative\" (\"boundary\" \"inner\") NIL NIL NIL)",
            text,
            StringComparison.OrdinalIgnoreCase);
        Assert.EndsWith(" \"mixed\" (\"boundary\" \"outer\") NIL NIL NIL))\r\n", text, StringComparison.Ordinal);
        Assert.Contains(" BODY ((\"text\" \"plain\" (\"charset\" \"us-ascii\") \"<one@x>\" NIL \"7bit\" 28 2)", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Strings_that_cannot_be_quoted_are_literals()
    {
        var folder = new TestFolder();
        folder.Add("Subject: Gr\u00fc\u00dfe\r\nFrom: \"a \\\" b\" <x@y>\r\n\r\nH\u00e9llo");
        Assert.Contains("(NIL {7}\r\nGr\u00fc\u00dfe ((\"a \\\" b\" NIL \"x\" \"y\"))", await FetchRunner.TextAsync(folder, "1 ENVELOPE"), StringComparison.Ordinal);
        var rev2 = new FetchRunner { Utf8 = true };
        var text = Encoding.UTF8.GetString(await rev2.FetchAsync(folder, "1 (ENVELOPE PREVIEW)"));
        Assert.Contains("(NIL \"Gr\u00fc\u00dfe\" ((", text, StringComparison.Ordinal);
        Assert.Contains("PREVIEW \"H\u00e9llo\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Extended_parameters_go_as_they_came_to_rev1_and_decoded_to_rev2()
    {
        var folder = new TestFolder();
        folder.Add("Content-Type: application/pdf; name*=utf-8''na%C3%AFve.pdf\r\n\r\nx");
        Assert.Contains("(\"name*\" \"utf-8''na%C3%AFve.pdf\")", await FetchRunner.TextAsync(folder, "1 BODY"), StringComparison.Ordinal);
        var rev2 = new FetchRunner { Utf8 = true };
        Assert.Contains("(\"name*\" \"na\u00efve.pdf\")", Encoding.UTF8.GetString(await rev2.FetchAsync(folder, "1 BODY")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_messages_come_in_order_whatever_is_asked()
    {
        var folder = new TestFolder();
        for (var i = 1; i <= 700; i++)
            folder.Add($"Subject: s{i}\r\n\r\nb{i}", uid: (uint)(i * 3));
        foreach (var items in new[] { "UID", "(UID ENVELOPE)", "(UID BODY.PEEK[TEXT])" })
        {
            var answer = FetchAnswer.Parse(await new FetchRunner().FetchAsync(folder, "3:690,1 " + items));
            Assert.Equal([1, .. Enumerable.Range(3, 688)], answer.Keys);
            foreach (var (number, message) in answer)
            {
                Assert.Equal((number * 3).ToString(CultureInfo.InvariantCulture), Encoding.ASCII.GetString(message["UID"]!));
                if (message.TryGetValue("BODY[TEXT]", out var body))
                    Assert.Equal($"b{number}", Encoding.ASCII.GetString(body!));
                if (message.TryGetValue("ENVELOPE", out var envelope))
                    Assert.Contains($"\"s{number}\"", Encoding.ASCII.GetString(envelope!), StringComparison.Ordinal);
            }
        }
    }
}
