using System.Text;

namespace MailCluster.Mime;

/// <summary>
/// The value of a Content-Type, a Content-Disposition or another field of their form (RFC 2045 §5.1, RFC 2183 §2) as objects, for code that is not
/// run per message fetched. RFC 2231 forms are decoded, and encoded-words too, which do not belong there but are common.
/// </summary>
public sealed class MimeFieldValue
{
    private readonly KeyValuePair<string, string>[] _parameters;

    private MimeFieldValue(string type, string subtype, KeyValuePair<string, string>[] parameters)
    {
        Type = type;
        Subtype = subtype;
        _parameters = parameters;
    }

    /// <summary>The word before the slash, or the only word, as it is written; empty if there is none.</summary>
    public string Type { get; }

    /// <summary>The word behind the slash as it is written; empty if there is none.</summary>
    public string Subtype { get; }

    /// <summary>The parameters in order, continuations joined; at most 128 pieces of them.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parameters => _parameters;

    /// <summary>Reads the value of a Content-Type. Both words are empty if it is no type (RFC 2045 §5.2 then has it be text/plain).</summary>
    public static MimeFieldValue ParseContentType(ReadOnlySpan<byte> value)
    {
        var type = ContentType.Parse(value);
        return new MimeFieldValue(Word(type.Type), Word(type.Subtype), ReadParameters(value, type.ParametersAt));
    }

    /// <summary>Reads the value of a Content-Disposition, or of any field that is one word and parameters.</summary>
    public static MimeFieldValue ParseDisposition(ReadOnlySpan<byte> value)
    {
        var token = TransferEncodings.Token(value);
        if (token.Contains((byte)'='))
            return new MimeFieldValue("", "", ReadParameters(value, 0));
        return new MimeFieldValue(Word(token), "", ReadParameters(value, Lwsp.SkipCfws(value, 0) + token.Length));
    }

    /// <summary>The value of the first parameter of a name, in any case; null if there is none.</summary>
    public string? Find(string name)
    {
        foreach (var (key, value) in _parameters)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        return null;
    }

    private static string Word(ReadOnlySpan<byte> word) => Encoding.UTF8.GetString(word);

    private static KeyValuePair<string, string>[] ReadParameters(ReadOnlySpan<byte> value, int at)
    {
        if (at >= value.Length)
            return [];
        var buffer = new ByteBuffer();
        new MimeParameterWriter().Write(buffer, value, at, defaultCharset: false);
        var cursor = new SummaryCursor(buffer.Written);
        var parameters = new BodyParameters(ref cursor);
        var list = new KeyValuePair<string, string>[parameters.Count];
        var count = 0;
        foreach (var parameter in parameters)
        {
            var text = parameter.IsExtended ? Encoding.UTF8.GetString(parameter.Value) : Rfc2047.Decode(parameter.Value);
            list[count++] = new(Word(parameter.Name), text);
        }

        return list;
    }
}
