using System.Globalization;
using System.Text.Json;

namespace MailCluster.Auth.Drivers.OAuth2;

/// <summary>What a token says, whoever read it: its own signed text or the issuer's answer about it.</summary>
internal sealed class TokenClaims
{
    private readonly Dictionary<string, string[]> _claims = new(StringComparer.Ordinal);

    /// <param name="json">A JSON object.</param>
    /// <exception cref="JsonException">It is none.</exception>
    public TokenClaims(string json)
    {
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw new JsonException("expected an object");
        foreach (var claim in document.RootElement.EnumerateObject())
        {
            _claims[claim.Name] = claim.Value.ValueKind switch
            {
                JsonValueKind.Array => [.. claim.Value.EnumerateArray().Where(IsScalar).Select(Text)],
                _ when IsScalar(claim.Value) => [Text(claim.Value)],
                _ => [],
            };
        }
    }

    /// <summary>The claim's only value, or null.</summary>
    public string? One(string name) => _claims.GetValueOrDefault(name) is [var value] ? value : null;

    /// <summary>The claim's values.</summary>
    public IReadOnlyList<string> All(string name) => _claims.GetValueOrDefault(name) ?? [];

    /// <summary>The scopes: one text with blanks (RFC 8693 §4.2), or a list, as some issuers write them.</summary>
    public IEnumerable<string> Scopes =>
        All("scope").Concat(All("scp")).SelectMany(static text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>A time in seconds since 1970, or null.</summary>
    public DateTimeOffset? Time(string name) =>
        double.TryParse(One(name), CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 253_402_300_800d
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
            : null;

    /// <summary>All claims as fields for templates.</summary>
    public Dictionary<string, string> ToFields() =>
        _claims.Where(static claim => claim.Value.Length > 0).ToDictionary(static claim => claim.Key, static claim => string.Join(',', claim.Value), StringComparer.Ordinal);

    private static bool IsScalar(JsonElement value) =>
        value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False;

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
