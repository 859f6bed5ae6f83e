using System.Text;
using System.Text.Json;

namespace MailCluster.Ctl.Output;

/// <summary>Values of rows as people see them.</summary>
internal static class Content
{
    /// <summary>True for octets of a message, <c>{"base64":"…"}</c>.</summary>
    public static bool TryRead(JsonElement value, out byte[] octets)
    {
        octets = [];
        return value.ValueKind == JsonValueKind.Object && value.TryGetProperty("base64", out var text) && text.TryGetBytesFromBase64(out octets!);
    }

    /// <summary>A value on one line: lists with commas, fields as name=value, true as yes.</summary>
    public static string Text(JsonElement value, string separator = ", ")
    {
        if (TryRead(value, out var octets)) return Encoding.UTF8.GetString(octets);
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString() ?? "",
            JsonValueKind.True => "yes",
            JsonValueKind.False => "no",
            JsonValueKind.Null or JsonValueKind.Undefined => "",
            JsonValueKind.Array => string.Join(separator, value.EnumerateArray().Select(item => Text(item))),
            JsonValueKind.Object => string.Join(
                ' ', value.EnumerateObject().Select(m => Text(m.Value) is { Length: > 0 } text ? $"{m.Name}={text}" : m.Name)),
            _ => value.GetRawText(),
        };
    }

    /// <summary>Without what could move a terminal's cursor or change its state: a subject must not be able to.</summary>
    public static string Printable(string text, bool keepLines)
    {
        bool IsPlain(char c) => !char.IsControl(c) || (keepLines && c is '\n' or '\t');
        return text.All(IsPlain) ? text : string.Concat(text.Select(c => IsPlain(c) ? c : '\ufffd'));
    }
}
