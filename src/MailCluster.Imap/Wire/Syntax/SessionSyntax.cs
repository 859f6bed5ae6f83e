using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;
using MailCluster.Imap.Commands;

namespace MailCluster.Imap.Wire.Syntax;

/// <summary>Commands about the connection itself.</summary>
internal static class SessionSyntax
{
    // RFC 2971 §3.3.
    private const int IdFieldsMax = 30;

    public static ImapCommand? Login(scoped ref WireReader reader, string tag) =>
        reader.ExpectSpace()
        && reader.ExpectAStringText(out var userName)
        && reader.ExpectSpace()
        && reader.ExpectAStringText(out var password)
            ? new LoginCommand(tag, userName, password)
            : null;

    /// <summary>RFC 4959 §3: <c>=</c> is an empty initial response.</summary>
    public static ImapCommand? Authenticate(scoped ref WireReader reader, string tag)
    {
        if (!reader.ExpectSpace() || !reader.ExpectAtom(out var mechanism))
            return null;
        byte[]? response = null;
        if (reader.TryReadByte((byte)' ') && !reader.AtEnd)
        {
            if (!reader.TryReadBase64(out var encoded))
                return null;
            if (!TryDecodeResponse(encoded, out response))
            {
                reader.Reject("Invalid base64");
                return null;
            }
        }

        return new AuthenticateCommand(tag, Encoding.ASCII.GetString(mechanism).ToUpperInvariant(), response);
    }

    /// <summary>Decodes a SASL response.</summary>
    public static bool TryDecodeResponse(ReadOnlySpan<byte> encoded, out byte[] response)
    {
        response = [];
        if (encoded.IsEmpty || encoded.SequenceEqual("="u8))
            return true;
        if (!Base64.IsValid(encoded, out var length) || encoded.IndexOfAny((byte)' ', (byte)'\t') >= 0)
            return false;
        response = new byte[length];
        return Base64.DecodeFromUtf8(encoded, response, out _, out var written) == System.Buffers.OperationStatus.Done && written == length;
    }

    public static ImapCommand? Enable(scoped ref WireReader reader, string tag)
    {
        var capabilities = ImmutableArray.CreateBuilder<string>();
        do
        {
            if (!reader.ExpectSpace() || !reader.ExpectAtom(out var capability))
                return null;
            capabilities.Add(Encoding.ASCII.GetString(capability).ToUpperInvariant());
        }
        while (reader.Peek == ' ' && capabilities.Count < reader.Limits.ListItemsMax);
        return new EnableCommand(tag, capabilities.DrainToImmutable());
    }

    public static ImapCommand? Id(scoped ref WireReader reader, string tag)
    {
        if (!reader.ExpectSpace())
            return null;
        if (reader.TryReadWord("NIL"u8))
            return new IdCommand(tag, []);
        if (!reader.ExpectOpen())
            return null;
        var fields = ImmutableArray.CreateBuilder<KeyValuePair<string, string?>>();
        if (reader.TryReadByte((byte)')'))
            return new IdCommand(tag, []);
        do
        {
            if (fields.Count == IdFieldsMax)
            {
                reader.Reject("Too many ID fields", RejectionKind.Limit);
                return null;
            }

            if (!reader.ExpectString(out var key) || !reader.ExpectSpace() || !reader.ExpectNString(out var value, out var isNil))
                return null;
            fields.Add(new(Encoding.UTF8.GetString(key), isNil ? null : Encoding.UTF8.GetString(value)));
        }
        while (reader.TryReadByte((byte)' '));
        return reader.ExpectClose() ? new IdCommand(tag, fields.DrainToImmutable()) : null;
    }
}
