using System.Text;
using MailCluster.ManageSieve.Tests.Support;

namespace MailCluster.ManageSieve.Tests.Session;

/// <summary>
/// Broken requests in both states: bytes changed, cut, doubled, put in. Whatever comes, a session answers or ends; it has no fault to report, it does not hang. A
/// failing run prints its seed.
/// </summary>
public sealed class SessionMutationTests
{
    private static readonly string[] s_requests =
    [
        "AUTHENTICATE \"PLAIN\" \"AGFsaWNlAGFsaWNl\"\r\n",
        "AUTHENTICATE \"LOGIN\"\r\n\"YWxpY2U=\"\r\n{1+}\r\n*\r\n",
        "CAPABILITY\r\n",
        "NOOP \"a\\\"b\\\\\"\r\n",
        "NOOP {3+}\r\nabc\r\n",
        "HAVESPACE \"a\" 100\r\n",
        "PUTSCRIPT \"a\" {12+}\r\nkeep; # x\r\n;\r\n",
        "PUTSCRIPT {2+}\r\nab {9+}\r\nwarning\r\n\r\n",
        "CHECKSCRIPT \"keep;\"\r\n",
        "SETACTIVE \"a\"\r\n",
        "SETACTIVE \"\"\r\n",
        "LISTSCRIPTS\r\n",
        "GETSCRIPT \"a\"\r\n",
        "RENAMESCRIPT \"a\" \"b\"\r\n",
        "DELETESCRIPT \"b\"\r\n",
        "UNAUTHENTICATE\r\n",
        "STARTTLS\r\n",
        "LOGOUT\r\n",
    ];

    private static readonly byte[] s_bytes = [0, 9, 10, 13, 32, .. "\"\\(){}+*/=09azAZ"u8, 0x7F, 0x80, 0xC3, 0xFF];

    [Theory]
    [InlineData(1, "")]
    [InlineData(2, "AUTHENTICATE \"PLAIN\" \"AGFsaWNlAGFsaWNl\"\r\n")]
    public async Task Broken_requests_find_no_fault(int seed, string before)
    {
        var random = new Random(seed);
        await using var fixture = await ManageSieveFixture.StartAsync();
        for (var round = 0; round < 300; round++)
        {
            await using var client = fixture.Connect();
            var input = new StringBuilder(before);
            for (var i = random.Next(1, 6); i > 0; i--)
                input.Append(Mutate(random, s_requests[random.Next(s_requests.Length)]));
            await client.SendAsync(input.ToString());
            client.CloseOutput();
            var output = await client.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
            Assert.False(output.Contains("has a fault", StringComparison.Ordinal), $"seed {seed}, round {round}: {input}\n{output}");
            Assert.True(output.EndsWith("\r\n", StringComparison.Ordinal), $"seed {seed}, round {round}: half a line: {output}");
            await client.Handled.WaitAsync(TimeSpan.FromSeconds(20));
        }
    }

    private static string Mutate(Random random, string request)
    {
        var text = new StringBuilder(request);
        for (var i = random.Next(3); i > 0 && text.Length > 0; i--)
        {
            var at = random.Next(text.Length);
            switch (random.Next(4))
            {
                case 0:
                    text[at] = (char)s_bytes[random.Next(s_bytes.Length)];
                    break;
                case 1:
                    text.Insert(at, (char)s_bytes[random.Next(s_bytes.Length)]);
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
