using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using static MailCluster.Mime.Tests.Corpus;

namespace MailCluster.Mime.Tests;

/// <summary>
/// Compares what summaries say with Python's email package, an implementation that shares nothing with this one, wherever both define the
/// answer: header fields, structure, the bytes of each leaf, decoded bodies, decoded subjects, addresses, dates, file names.
/// </summary>
public sealed class ReferenceTests
{
    [Fact]
    public void AgreesWithTheReference()
    {
        var files = Comparable.ToArray();
        var answers = Describe(files);
        Assert.Equal(files.Length, answers.Length);
        var differences = new List<string>();
        for (var i = 0; i < files.Length; i++)
            Compare(Path.GetFileName(files[i]), File.ReadAllBytes(files[i]), answers[i].RootElement, differences);
        Assert.True(differences.Count == 0, $"{differences.Count} differences:\n" + string.Join('\n', differences.Take(100)));
    }

    private static JsonDocument[] Describe(string[] files)
    {
        var start = new ProcessStartInfo("python3", [Path.Combine(AppContext.BaseDirectory, "reference", "describe.py")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        using var python = Process.Start(start)!;
        python.StandardInput.Write(string.Join('\n', files));
        python.StandardInput.Close();
        var output = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line))];
    }

    private static void Compare(string file, byte[] message, JsonElement expected, List<string> differences)
    {
        var (bytes, _) = MessageSummaryBuilder.Build(message, MimeLimits.Default);
        var summary = MessageSummary.Parse(bytes);
        CompareFields(file, message, summary, expected.GetProperty("fields"), differences);
        ComparePart(file, "root", message, summary.Root, expected.GetProperty("root"), differences);
        if (expected.GetProperty("subject") is { ValueKind: JsonValueKind.String } subject)
            Check(file, "subject", Collapsed(subject.GetString()!), Collapsed(Rfc2047.Decode(summary.Envelope.Subject.Value)), differences);
        CompareAddresses(file, "from", summary.Envelope.From, expected, differences);
        CompareAddresses(file, "to", summary.Envelope.To, expected, differences);
        CompareAddresses(file, "cc", summary.Envelope.Cc, expected, differences);
        if (expected.GetProperty("date") is { ValueKind: JsonValueKind.Array } date)
            Check(file, "date", $"{date[0]} {date[1]}", $"{summary.SentDate?.UtcSeconds} {summary.SentDate?.OffsetMinutes}", differences);
    }

    private static void CompareFields(string file, byte[] message, in MessageSummary summary, JsonElement expected, List<string> differences)
    {
        var own = new List<string>();
        foreach (var field in summary.Headers)
        {
            var reader = new HeaderFieldReader(field.Field.Of(message));
            Assert.True(reader.MoveNext());
            Assert.True(field.Is(reader.Name), $"{file}: index says {Text(field.Name)}, message says {Text(reader.Name)}");
            own.Add($"{Encoding.Latin1.GetString(reader.Name).ToLowerInvariant()}: {Encoding.Latin1.GetString(reader.Value)}");
        }

        var reference = expected.EnumerateArray().Select(static f => $"{f[0].GetString()!.ToLowerInvariant()}: {f[1].GetString()}").ToList();
        Check(file, "fields", string.Join('|', reference), string.Join('|', own), differences);
    }

    private static void ComparePart(string file, string path, byte[] message, in BodyPart part, JsonElement expected, List<string> differences)
    {
        var type = $"{Text(part.Type)}/{Text(part.Subtype)}".ToLowerInvariant();
        Check(file, path + " type", expected.GetProperty("type").GetString()!, type, differences);
        if (expected.GetProperty("body") is { ValueKind: JsonValueKind.String } body)
            CompareBody(file, path, message, part, body.GetString()!, differences);
        if (expected.GetProperty("decoded") is { ValueKind: JsonValueKind.String } decoded && part.Encoding != TransferEncoding.Unknown)
            CompareDecoded(file, path, message, part, decoded.GetString()!, differences);
        if (expected.GetProperty("filename") is { ValueKind: JsonValueKind.String } name)
        {
            var own = part.DispositionParameters.Find("filename"u8);
            if (own.IsNil)
                own = part.Parameters.Find("name"u8);
            Check(file, path + " file name", name.GetString()!, Text(own.Value), differences);
        }

        if (expected.GetProperty("charset") is { ValueKind: JsonValueKind.String } charset && part.IsText)
            Check(file, path + " charset", charset.GetString()!, Text(part.Parameters.Find("charset"u8).Value).ToLowerInvariant().Split(' ')[0], differences);

        var children = expected.GetProperty("children").EnumerateArray().ToArray();
        var index = 0;
        foreach (var child in part.Children)
        {
            if (index < children.Length)
                ComparePart(file, $"{path}.{index + 1}", message, child, children[index], differences);
            index++;
        }

        Check(file, path + " children", children.Length.ToString(), index.ToString(), differences);
    }

    private static void CompareBody(string file, string path, byte[] message, in BodyPart part, string expected, List<string> differences)
    {
        // The reference takes the last line end off the last part also where no delimiter follows that it could belong to.
        var body = part.Body.Of(message);
        if (path != "root" && part.Body.End == message.Length && Digest(body) != expected)
            body = body.TrimEnd("\r\n"u8);
        Check(file, $"{path} body {part.Body}", expected, Digest(body), differences);
    }

    private static void CompareDecoded(string file, string path, byte[] message, in BodyPart part, string expected, List<string> differences)
    {
        var decoded = new ByteBuffer();
        TransferDecoder.Decode(part.Encoding, false, part.Body.Of(message), decoded);
        if (path == "root" || part.Body.End != message.Length)
            Check(file, path + " decoded", expected, Digest(decoded.Written), differences);
        decoded.Clear();
        var decoder = TransferDecoder.For(part);
        decoder.Decode(part.Body.Of(message), decoded);
        decoder.Complete(decoded);
        Check(file, path + " decoded size", decoded.Length.ToString(), part.DecodedSize.ToString(), differences);
    }

    private static void CompareAddresses(string file, string field, AddressList list, JsonElement expected, List<string> differences)
    {
        if (expected.GetProperty(field) is not { ValueKind: JsonValueKind.Array } addresses)
            return;
        var own = new List<string>();
        foreach (var address in list)
        {
            if (address.Kind == AddressKind.Mailbox)
                own.Add($"{Collapsed(Text(address.Name.Value))} <{Text(address.Mailbox.Value)}{(address.Host.Value.IsEmpty ? "" : "@")}{Text(address.Host.Value)}>");
        }

        // The reference keeps the quotes of a local part; an empty group gives it an empty address.
        var reference = addresses.EnumerateArray().Where(static a => a[0].GetString() != "" || a[1].GetString() != "")
            .Select(static a => $"{Collapsed(a[0].GetString()!)} <{a[1].GetString()!.Replace("\"", "", StringComparison.Ordinal)}>");
        Check(file, field, string.Join(", ", reference), string.Join(", ", own), differences);
    }

    private static string Collapsed(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string Digest(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static void Check(string file, string what, string expected, string actual, List<string> differences)
    {
        if (expected != actual)
            differences.Add($"{file}: {what}: reference [{expected}], summary [{actual}]");
    }
}
