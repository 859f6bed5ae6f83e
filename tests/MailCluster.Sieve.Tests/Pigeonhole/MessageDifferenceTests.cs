using System.Globalization;
using System.Text;
using MailCluster.Sieve.Tests.Messages;

namespace MailCluster.Sieve.Tests.Pigeonhole;

/// <summary>
/// What fields, addresses, parts and texts are, compared with Pigeonhole over the corpus: a script writes down what it sees. White space in the text of HTML is
/// not compared, nor what is extracted from parts that are not text (there RFC 5703 §7 leaves the choice, and Pigeonhole gives octets).
/// </summary>
public sealed class MessageDifferenceTests
{
    private static readonly string[] s_fields = ["From", "To", "Cc", "Subject", "Reply-To", "Date", "Message-ID", "Received", "Content-Type", "References", "X-Mailer"];

    /// <summary>Messages that are seen differently, and why ours is what we want.</summary>
    private static readonly Dictionary<string, string> s_known = new(StringComparer.Ordinal)
    {
        ["09-cr-only"] = "lines that end with CR alone are lines",
        ["11-missing-blank-line"] = "a line that can be no field begins the body",
        ["22-boundary-never-found"] = "a multipart without any delimiter is its prologue",
        ["23-boundary-prefix"] = "a delimiter has nothing behind its boundary",
        ["24-boundary-white-space"] = "a boundary may hold white space",
        ["30-latin-header"] = "eight-bit octets that are no UTF-8 are read as windows-1252 instead of as U+FFFD",
        ["33-broken-addresses.only"] = "addresses are read as far as they can be; Pigeonhole takes a field with an error as one address that is none",
        ["38-encodings.only"] = "base64 that stops short gives the octets that it has",
        ["41-bad-content-type"] = "parameters are read although the type is none",
        ["42-global"] = "message/global holds a message (RFC 6532)",
        ["43-encoded-message"] = "an encoded message part has no parts that could be read where they lie",
        ["46-nul-bytes"] = "NUL is left out of fields and kept in texts; Pigeonhole has U+FFFD and stops",
        ["48-html-mess"] = "another reading of broken HTML",
    };

    [Fact]
    public void Fields_addresses_and_texts_are_those_that_Pigeonhole_sees()
    {
        using var pigeonhole = new SieveTestProgram();
        var differences = new List<string>();
        foreach (var file in Sample.CorpusFiles.Concat(More()))
        {
            var bytes = File.ReadAllBytes(file);
            var name = Path.GetFileNameWithoutExtension(file);
            var message = SieveMessage.Create(bytes);
            var expected = pigeonhole.Run(Script(message), bytes, "sender@example.org", "user@example.org");
            if (expected.IsBroken || expected.IsRefused || expected.IsFailed)
            {
                differences.Add($"{name}: {expected.Errors}");
                continue;
            }

            var found = new List<string>();
            Compare(name, expected.Log, [.. Seen(message)], found);
            if (!s_known.ContainsKey(name))
                differences.AddRange(found);
            else if (found.Count == 0)
                differences.Add($"{name}: listed as a difference, but there is none");
        }

        Assert.True(differences.Count == 0, $"{differences.Count} differences:\n{string.Join('\n', differences)}");
    }

    private static IEnumerable<string> More() =>
        Environment.GetEnvironmentVariable("MAILCLUSTER_MIME_CORPUS") is { Length: > 0 } folder ? Directory.GetFiles(folder, "*.eml").Order(StringComparer.Ordinal) : [];

    private static void Compare(string name, IReadOnlyList<string> expected, IReadOnlyList<string> actual, List<string> differences)
    {
        for (var i = 0; i < Math.Max(expected.Count, actual.Count); i++)
        {
            var theirs = i < expected.Count ? expected[i] : "(nothing)";
            var ours = i < actual.Count ? actual[i] : "(nothing)";
            if (Comparable(theirs) != Comparable(ours))
                differences.Add($"{name}: theirs [{theirs}] ours [{ours}]");
        }
    }

    private static string Comparable(string text)
    {
        text = text.ReplaceLineEndings("\n").Trim();
        return text.StartsWith("part text/html", StringComparison.OrdinalIgnoreCase) ? string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) : text;
    }

    private static string Script(SieveMessage message)
    {
        var script = new StringBuilder("""
            require ["variables", "index", "relational", "comparator-i;ascii-numeric", "vnd.dovecot.debug", "foreverypart", "mime", "extracttext", "body"];

            """);
        foreach (var name in s_fields)
        {
            script.Append(CultureInfo.InvariantCulture, $"if exists \"{name}\" {{ debug_log \"<<{name}>>\"; }}\n");
            for (var i = 1; i <= 3; i++)
                script.Append(CultureInfo.InvariantCulture, $"if header :index {i} :matches \"{name}\" \"*\" {{ debug_log \"<<{name} {i}: ${{1}}>>\"; }}\n");
        }

        foreach (var name in s_fields[..3])
        {
            foreach (var address in Addresses(message, name))
            {
                Test($"address :count \"eq\" :comparator \"i;ascii-numeric\" \"{name}\" \"{Addresses(message, name).Count}\"");
                Test($"address :all :comparator \"i;octet\" \"{name}\" {Quoted(address.Address)}");
                Test($"address :localpart :comparator \"i;octet\" \"{name}\" {Quoted(address.Local)}");
                Test($"address :domain :comparator \"i;octet\" \"{name}\" {Quoted(address.Domain)}");
            }
        }

        script.Append("""
            foreverypart {
                set "type" ""; set "charset" ""; set "text" "";
                if header :mime :contenttype :matches "Content-Type" "*" { set "type" "${1}"; }
                if header :mime :param "charset" :matches "Content-Type" "*" { set "charset" "${1}"; }
                if not header :mime :type "Content-Type" ["image", "application", "audio", "video"] { extracttext "text"; }
                debug_log "<<part ${type} ${charset}: ${text}>>";
            }
            """);
        return script.ToString();

        void Test(string test) => script.Append(CultureInfo.InvariantCulture, $"if not {test} {{ debug_log {Quoted($"<<not {test}>>")}; }}\n");
    }

    private static List<Mime.MailAddress> Addresses(SieveMessage message, string name) =>
        [.. message.Root.Fields(name).SelectMany(static field => field.Addresses)];

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>What the script has to write.</summary>
    private static IEnumerable<string> Seen(SieveMessage message)
    {
        foreach (var name in s_fields)
        {
            var fields = message.Root.Fields(name);
            if (fields.Count > 0)
                yield return name;
            for (var i = 1; i <= Math.Min(3, fields.Count); i++)
                yield return $"{name} {i}: {fields[i - 1].Text}";
        }

        foreach (var part in Sample.Parts(message.Root))
        {
            var field = part.Fields("Content-Type") is [{ } first, ..] ? first : null;
            var type = field?.MimeType is { Type.Length: > 0 } mime ? $"{mime.Type}/{mime.Subtype}" : "";
            yield return $"part {type} {field?.MimeParameter("charset")}: {part.ExtractText(4096)}";
        }
    }
}
