using System.Diagnostics;
using System.Text;
using MailCluster.Imap.Tests.Scripting;

namespace MailCluster.Imap.Tests.Session;

/// <summary>
/// Broken commands in every state: bytes changed, cut, doubled, put in. Whatever comes, a session answers or ends; it has no bug to report, it does not hang,
/// and another session of the account is not disturbed. A failing run prints its seed.
/// </summary>
public sealed class SessionMutationTests
{
    private static readonly string[] Seeds =
    [
        "a LOGIN alice alice\r\n",
        "a AUTHENTICATE PLAIN AGFsaWNlAGFsaWNl\r\n",
        "a AUTHENTICATE LOGIN\r\nYWxpY2U=\r\n*\r\n",
        "a SELECT INBOX (QRESYNC (7 20 1:5 (1:3 1:3)))\r\n",
        "a EXAMINE \"INBOX\" (CONDSTORE)\r\n",
        "a CREATE a/b/&ZeVnLIqe- (USE (\\Junk))\r\n",
        "a RENAME a b/c\r\n",
        "a DELETE b\r\n",
        "a LIST (SUBSCRIBED RECURSIVEMATCH) \"\" (\"*%*\" \"a\") RETURN (CHILDREN STATUS (MESSAGES SIZE))\r\n",
        "a LSUB \"\" \"%\"\r\n",
        "a STATUS INBOX (MESSAGES UIDNEXT HIGHESTMODSEQ MAILBOXID)\r\n",
        "a APPEND INBOX (\\Seen $X) \"17-Jul-1996 02:44:25 -0700\" {8+}\r\nA: 1\r\n\r\n {5+}\r\nB: 2\n\r\n",
        "a APPEND INBOX {8}\r\nA: 1\r\n\r\n\r\n",
        "a IDLE\r\nDONE\r\n",
        "a ENABLE CONDSTORE QRESYNC IMAP4rev2\r\n",
        "a STORE 1:3,5 (UNCHANGEDSINCE 12) +FLAGS.SILENT (\\Deleted $Work)\r\n",
        "a UID STORE 1:* FLAGS (\\Seen)\r\n",
        "a FETCH 1:* (UID FLAGS ENVELOPE BODYSTRUCTURE BODY.PEEK[1.MIME]<0.10> BINARY.SIZE[1])\r\n",
        "a UID FETCH 1:99 (FLAGS BODY[HEADER.FIELDS (Subject To)]) (CHANGEDSINCE 3 VANISHED)\r\n",
        "a SEARCH RETURN (MIN SAVE) OR NOT SEEN (SUBJECT {3+}\r\nabc BEFORE 1-Feb-2026)\r\n",
        "a UID SEARCH CHARSET UTF-8 TEXT \"x\" $\r\n",
        "a COPY 1:2 INBOX\r\n",
        "a MOVE 1 INBOX\r\n",
        "a UID EXPUNGE 1:3\r\n",
        "a EXPUNGE\r\n",
        "a CLOSE\r\n",
        "a ID (\"name\" \"x\" \"v\" NIL)\r\n",
        "a NAMESPACE\r\n",
    ];

    private static readonly byte[] Bytes = [0, 9, 10, 13, 32, .. "\"\\(){}[]<>*%+~$&,:;=09azAZ"u8, 0x7F, 0x80, 0xC3, 0xFF];

    [Theory]
    [InlineData(1, "")]
    [InlineData(2, "l LOGIN alice alice\r\n")]
    [InlineData(3, "l LOGIN alice alice\r\ns SELECT INBOX\r\n")]
    [InlineData(4, "l LOGIN alice alice\r\ne ENABLE QRESYNC IMAP4rev2\r\ns SELECT INBOX\r\n")]
    public async Task Broken_commands_find_no_bug(int seed, string before)
    {
        var random = new Random(seed);
        await using var fixture = await ImapFixture.StartAsync();
        var witness = new ScriptClient(fixture.Connect(), byteByByte: false);
        await witness.SendAsync("w LOGIN alice alice\r\nw2 APPEND INBOX {8+}\r\nA: 1\r\n\r\n {8+}\r\nA: 2\r\n\r\n\r\n");
        var clock = Stopwatch.StartNew();
        for (var round = 0; round < 150; round++)
        {
            await using var connection = fixture.Connect();
            var input = new StringBuilder(before);
            for (var i = random.Next(1, 6); i > 0; i--)
                input.Append(Mutate(random, Seeds[random.Next(Seeds.Length)]));
            await connection.SendAsync(input.ToString());
            connection.CloseOutput();
            var output = await connection.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
            Assert.False(output.Contains("SERVERBUG", StringComparison.Ordinal), $"seed {seed}, round {round}: {input}\n{output}");
            Assert.StartsWith("* OK ", output);
            Assert.True(output.EndsWith("\r\n", StringComparison.Ordinal), $"seed {seed}, round {round}: half a line: {output}");
            await connection.Handled.WaitAsync(TimeSpan.FromSeconds(20));
        }

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        await witness.SendAsync("w3 NOOP\r\n");
        while (await witness.ReadResponseAsync().WaitAsync(TimeSpan.FromSeconds(20)) is { } line && !line.StartsWith("w3 ", StringComparison.Ordinal))
            Assert.DoesNotContain("BYE", line, StringComparison.Ordinal);
        witness.Reset();
        await witness.Handled;
    }

    private static string Mutate(Random random, string command)
    {
        var text = new StringBuilder(command);
        for (var i = random.Next(3); i > 0 && text.Length > 0; i--)
        {
            var at = random.Next(text.Length);
            switch (random.Next(4))
            {
                case 0:
                    text[at] = (char)Bytes[random.Next(Bytes.Length)];
                    break;
                case 1:
                    text.Insert(at, (char)Bytes[random.Next(Bytes.Length)]);
                    break;
                case 2:
                    text.Remove(at, random.Next(1, Math.Min(6, text.Length - at) + 1));
                    break;
                default:
                    text.Insert(at, text.ToString(at, random.Next(1, Math.Min(12, text.Length - at) + 1)));
                    break;
            }
        }

        return text.ToString();
    }
}
