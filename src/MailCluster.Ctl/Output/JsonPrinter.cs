using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MailCluster.Ctl.Output;

/// <summary>
/// One JSON array, a row a line. Message content that is valid UTF-8 becomes a string; other content stays <c>{"base64":"…"}</c>, as the
/// node sends
/// all of it, for JSON has no octets.
/// </summary>
internal sealed class JsonPrinter(Stream output) : IRowPrinter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private bool _any;

    public void Print(JsonElement row)
    {
        output.Write(_any ? ",\n "u8 : "[\n "u8);
        _any = true;
        using var writer = new Utf8JsonWriter(output, Options);
        writer.WriteStartObject();
        foreach (var member in row.EnumerateObject())
        {
            writer.WritePropertyName(member.Name);
            if (Content.TryRead(member.Value, out var octets)) WriteContent(writer, octets);
            else member.Value.WriteTo(writer);
        }
        writer.WriteEndObject();
    }

    public void End()
    {
        output.Write(_any ? "\n]\n"u8 : "[]\n"u8);
        output.Flush();
    }

    private static void WriteContent(Utf8JsonWriter writer, byte[] octets)
    {
        if (System.Text.Unicode.Utf8.IsValid(octets))
        {
            writer.WriteStringValue(Strict.GetString(octets));
            return;
        }
        writer.WriteStartObject();
        writer.WriteBase64String("base64"u8, octets);
        writer.WriteEndObject();
    }
}
