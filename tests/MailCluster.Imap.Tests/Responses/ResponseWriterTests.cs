using System.Buffers;
using System.Text;
using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;
using MailCluster.Imap.Wire;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Tests.Responses;

public sealed class ResponseWriterTests
{
    private delegate void Writing(scoped ref ResponseWriter writer);

    [Theory]
    [InlineData("", "\"\"")]
    [InlineData("a b", "\"a b\"")]
    [InlineData("a\"b\\c", "\"a\\\"b\\\\c\"")]
    [InlineData("a\r\nb", "{4}\r\na\r\nb")]
    [InlineData("a\tb", "{3}\r\na\tb")]
    [InlineData("a\0b", "{3}\r\na?b")]
    [InlineData("\u00e9", "{2}\r\n\u00e9")]
    public void Strings_take_the_form_that_suits_them(string value, string expected) =>
        Assert.Equal(expected, Write((scoped ref ResponseWriter writer) => writer.String(value)));

    [Theory]
    [InlineData("\u00e9 \"", "\"\u00e9 \\\"\"")]
    [InlineData("\u6771", "\"\u6771\"")]
    public void IMAP4rev2_quotes_UTF8(string value, string expected) =>
        Assert.Equal(expected, Write((scoped ref ResponseWriter writer) => writer.String(value), utf8: true));

    [Fact]
    public void Bytes_that_are_no_UTF8_are_a_literal_to_everyone() =>
        Assert.Equal("{2}\r\n\u00c3(", Encoding.Latin1.GetString(Bytes((scoped ref ResponseWriter writer) => writer.String([0xc3, 0x28]), utf8: true)));

    [Fact]
    public void Long_strings_are_literals() =>
        Assert.Equal("{1025}\r\n" + new string('x', 1025), Write((scoped ref ResponseWriter writer) => writer.String(new string('x', 1025))));

    [Theory]
    [InlineData("INBOX", false, "INBOX")]
    [InlineData("a b", false, "\"a b\"")]
    [InlineData("nil", false, "\"nil\"")]
    [InlineData("", false, "\"\"")]
    [InlineData("Entw\u00fcrfe", false, "Entw&APw-rfe")]
    [InlineData("Entw\u00fcrfe", true, "\"Entw\u00fcrfe\"")]
    [InlineData("A&B", false, "A&-B")]
    [InlineData("A&B", true, "A&B")]
    [InlineData("\u53f0\u5317/\u65e5\u672c\u8a9e", false, "&U,BTFw-/&ZeVnLIqe-")]
    public void Mailbox_names(string name, bool utf8, string expected) =>
        Assert.Equal(expected, Write((scoped ref ResponseWriter writer) => writer.Mailbox(name), utf8));

    [Fact]
    public void Status_lines_and_codes()
    {
        Assert.Equal("a1 OK done\r\n", Write((scoped ref ResponseWriter writer) => writer.Status("a1", ResponseStatus.Ok, "done")));
        Assert.Equal("* NO [READ-ONLY] no\r\n", Write((scoped ref ResponseWriter writer) => writer.Status(null, ResponseStatus.No, "no", ResponseCode.ReadOnly)));
        Assert.Equal("a BAD -\r\n", Write((scoped ref ResponseWriter writer) => writer.Status("a", ResponseStatus.Bad, "")));
        Assert.Equal("a OK ab\r\n", Write((scoped ref ResponseWriter writer) => writer.Status("a", ResponseStatus.Ok, "a\r\nb\u00e9")));
        Assert.Equal(
            "[COPYUID 7 1:2 9,11] ",
            Write((scoped ref ResponseWriter writer) => writer.CodeCopyUid(7, UidSet.FromUids([1, 2]), UidSet.FromUids([9, 11]))));
        Assert.Equal("[UIDNEXT 12] ", Write((scoped ref ResponseWriter writer) => writer.CodeNumber("UIDNEXT"u8, 12)));
    }

    [Theory]
    [InlineData(RejectionKind.Syntax, "a BAD x\r\n")]
    [InlineData(RejectionKind.UnknownCommand, "a BAD x\r\n")]
    [InlineData(RejectionKind.Limit, "a NO [LIMIT] x\r\n")]
    [InlineData(RejectionKind.LiteralTooBig, "a NO [TOOBIG] x\r\n")]
    [InlineData(RejectionKind.BadCharset, "a NO [BADCHARSET (US-ASCII UTF-8)] x\r\n")]
    [InlineData(RejectionKind.BadMailboxName, "a NO [CANNOT] x\r\n")]
    [InlineData(RejectionKind.BadSpecialUse, "a NO [USEATTR] x\r\n")]
    internal void Each_rejection_has_its_answer(RejectionKind kind, string expected) =>
        Assert.Equal(expected, Write((scoped ref ResponseWriter writer) => writer.Rejected(new Rejection(kind, "a", "x"))));

    [Fact]
    public void Every_code_is_a_word_of_the_RFCs()
    {
        foreach (var code in Enum.GetValues<ResponseCode>())
            Assert.Matches("^[A-Z-]+$", Encoding.ASCII.GetString(ResponseWords.Of(code)));
    }

    [Fact]
    public void List_lines()
    {
        Assert.Equal(
            "* LIST (\\HasChildren \\Subscribed \\Sent) \"/\" Sent\r\n",
            Write((scoped ref ResponseWriter writer) => writer.List(new ListLine("Sent", ListAttributes.HasChildren | ListAttributes.Subscribed, SpecialUse.Sent))));
        Assert.Equal(
            "* LIST (\\NonExistent \\HasChildren) \"/\" x (\"CHILDINFO\" (\"SUBSCRIBED\") \"OLDNAME\" (\"o p\"))\r\n",
            Write((scoped ref ResponseWriter writer) => writer.List(
                new ListLine("x", ListAttributes.NonExistent | ListAttributes.HasChildren, ChildSubscribed: true, OldName: "o p"))));
        Assert.Equal("* LSUB () \"/\" x\r\n", Write((scoped ref ResponseWriter writer) => writer.List(new ListLine("x", ListAttributes.None, IsLsub: true))));
    }

    [Fact]
    public void Status_has_the_items_that_were_asked_for()
    {
        var folder = new FolderInfo(
            new FolderId(new Guid(1, 0, 0, new byte[8])), FolderName.Create("a b"), SpecialUse.None, 5, 6, new ModSeq(7), 1, 2, 3, 4, 8);
        Assert.Equal(
            "* STATUS \"a b\" (MESSAGES 1 RECENT 4 UIDNEXT 6 UIDVALIDITY 5 UNSEEN 2 DELETED 3 SIZE 8 HIGHESTMODSEQ 7 APPENDLIMIT 9 "
            + "MAILBOXID (F00000001000000000000000000000000))\r\n",
            Write((scoped ref ResponseWriter writer) => writer.FolderStatus(folder, (StatusItems)0x3ff, 9)));
        Assert.Equal("* STATUS \"a b\" (UNSEEN 2)\r\n", Write((scoped ref ResponseWriter writer) => writer.FolderStatus(folder, StatusItems.Unseen, 9)));
    }

    [Fact]
    public void Search_lines()
    {
        var found = UidSet.FromUids([1, 2, 3, 9]);
        Assert.Equal("* SEARCH 1 2 3 9\r\n", Write((scoped ref ResponseWriter writer) => writer.Search(found, null)));
        Assert.Equal("* SEARCH 1 2 3 9 (MODSEQ 5)\r\n", Write((scoped ref ResponseWriter writer) => writer.Search(found, new ModSeq(5))));
        Assert.Equal("* SEARCH\r\n", Write((scoped ref ResponseWriter writer) => writer.Search(UidSet.Empty, new ModSeq(5))));
        Assert.Equal(
            "* ESEARCH (TAG \"t\") UID MIN 1 MAX 9 ALL 1:3,9 COUNT 4 MODSEQ 5\r\n",
            Write((scoped ref ResponseWriter writer) => writer.ESearch(
                "t", uid: true, SearchReturn.Min | SearchReturn.Max | SearchReturn.All | SearchReturn.Count, found, new ModSeq(5))));
    }

    [Fact]
    public void Dates_before_1970_and_in_odd_zones()
    {
        var date = new InternalDate(new DateTimeOffset(1969, 12, 31, 23, 59, 58, TimeSpan.FromMinutes(-210)));
        Assert.Equal("\"31-Dec-1969 23:59:58 -0330\"", Write((scoped ref ResponseWriter writer) => writer.DateTime(date)));
    }

    [Fact]
    public void Small_and_changing_buffers_lose_nothing()
    {
        var output = new TinyBuffer();
        var writer = new ResponseWriter(output);
        var expected = new StringBuilder();
        for (var i = 0; i < 500; i++)
        {
            writer.Raw("* "u8);
            writer.Number(i * 7919L);
            writer.Space();
            writer.String(new string('x', i));
            writer.Ascii("abc");
            writer.Crlf();
            expected.Append("* ").Append(i * 7919L).Append(" \"").Append('x', i).Append("\"abc\r\n");
        }

        writer.Commit();
        Assert.Equal(expected.ToString(), Encoding.ASCII.GetString(output.Written.ToArray()));
    }

    [Fact]
    public void Names_survive_modified_UTF7_both_ways()
    {
        var random = new Random(41);
        var output = new byte[512];
        for (var round = 0; round < 20_000; round++)
        {
            var name = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(4) switch
            {
                0 => ((char)random.Next(0x20, 0x7f)).ToString(),
                1 => "&",
                2 => char.ConvertFromUtf32(random.Next(0x80, 0xd800)),
                _ => char.ConvertFromUtf32(random.Next(0x10000, 0x10ffff)),
            }));
            var length = ModifiedUtf7.Encode(name, output);
            Assert.True(Ascii.IsValid(output.AsSpan(0, length)));
            Assert.True(ModifiedUtf7.TryDecode(output.AsSpan(0, length), out var decoded));
            Assert.Equal(name, decoded);
        }
    }

    [Fact]
    public void Whatever_modified_UTF7_takes_it_gives_back_the_same()
    {
        var random = new Random(42);
        var output = new byte[512];
        for (var round = 0; round < 50_000; round++)
        {
            var encoded = Enumerable.Range(0, random.Next(1, 14)).Select(_ => (byte)"&-AbQ3+,a "[random.Next(10)]).ToArray();
            if (ModifiedUtf7.TryDecode(encoded, out var name))
                Assert.Equal(Encoding.ASCII.GetString(encoded), Encoding.ASCII.GetString(output, 0, ModifiedUtf7.Encode(name, output)));
        }
    }

    private static string Write(Writing writing, bool utf8 = false) => Encoding.UTF8.GetString(Bytes(writing, utf8));

    private static byte[] Bytes(Writing writing, bool utf8)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new ResponseWriter(output, utf8);
        writing(ref writer);
        writer.Commit();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Gives a little more than asked, never twice the same memory.</summary>
    private sealed class TinyBuffer : IBufferWriter<byte>
    {
        private byte[] _span = [];

        public List<byte> Written { get; } = [];

        public void Advance(int count) => Written.AddRange(_span[..count]);

        public Memory<byte> GetMemory(int sizeHint = 0) => _span = new byte[sizeHint + 3];

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
