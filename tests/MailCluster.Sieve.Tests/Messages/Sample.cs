using System.Text;

namespace MailCluster.Sieve.Tests.Messages;

/// <summary>Messages for tests, and shorthands for what tests look at.</summary>
internal static class Sample
{
    /// <summary>The message of RFC 5173 §5.2, with one field in each part that names it.</summary>
    public const string Nested = """
        From: Whomever
        To: Someone
        Date: Whenever
        Subject: whatever
        X-Part: root
        Content-Type: multipart/mixed; boundary=outer

        This is a multi-part message in MIME format.

        --outer
        Content-Type: multipart/alternative; boundary=inner
        X-Part: alternative

        This is a nested multi-part message in MIME format.

        --inner
        Content-Type: text/plain; charset="us-ascii"
        X-Part: plain

        Hello

        --inner
        Content-Type: text/html; charset="us-ascii"
        X-Part: html

        <html><body>Hello</body></html>

        --inner--

        This is the end of the inner MIME multipart.

        --outer
        Content-Type: message/rfc822
        X-Part: rfc822

        From: Someone Else
        Subject: hello request
        X-Part: embedded

        Please say Hello

        --outer--

        This is the end of the outer MIME multipart.

        """;

    public static string[] CorpusFiles { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "corpus"), "*.eml").Order(StringComparer.Ordinal)];

    /// <summary>A message from lines, with CRLF line ends.</summary>
    public static SieveMessage Message(string text) => SieveMessage.Create(Bytes(text));

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(Crlf(text));

    public static string Crlf(string text) => text.ReplaceLineEndings("\r\n");

    public static string Text(SieveMessage message) => Encoding.UTF8.GetString(message.ToBytes().Span);

    /// <summary>The message as another reader would find it: read anew from its octets.</summary>
    public static SieveMessage Again(SieveMessage message) => SieveMessage.Create(message.ToBytes().ToArray());

    public static IEnumerable<SievePart> Parts(SievePart part) => part.Children.SelectMany(Parts).Prepend(part);

    public static SievePart Part(SieveMessage message, string name) =>
        Parts(message.Root).Single(part => part.Fields("X-Part") is [{ } field, ..] && field.Text == name);

    public static string[] Values(SieveMessage message, string name) => [.. message.Root.Fields(name).Select(static field => field.Text)];
}
