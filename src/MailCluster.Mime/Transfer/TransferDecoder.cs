using System.Buffers;

namespace MailCluster.Mime;

/// <summary>
/// Takes a transfer encoding off, piece by piece, however the body is cut into pieces; the result does not depend on the cuts. With
/// <c>crlfLines</c> a line end that is LF alone becomes CRLF, which IMAP wants of text in BINARY (RFC 9051 §7.5.2).
/// </summary>
public sealed class TransferDecoder
{
    private const int PieceMax = 32 * 1024;

    private readonly ByteBuffer _decoded = new(0);
    private TransferEncoding _encoding;
    private bool _crlfLines;
    private bool _endsWithCr;
    private Base64State _base64;
    private QuotedPrintableState _quoted;
    private UuState _uu;

    /// <exception cref="ArgumentOutOfRangeException">The encoding is <see cref="TransferEncoding.Unknown"/>.</exception>
    public TransferDecoder(TransferEncoding encoding, bool crlfLines = false) => Reset(encoding, crlfLines);

    /// <summary>The decoder that gives what BINARY[n] of this part is; as many octets as <see cref="BodyPart.DecodedSize"/> says.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part's encoding is <see cref="TransferEncoding.Unknown"/>.</exception>
    public static TransferDecoder For(in BodyPart part) => new(part.Encoding, part.HasCrlfLines);

    /// <summary>Begins a new body.</summary>
    public void Reset(TransferEncoding encoding, bool crlfLines = false)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((int)encoding, (int)TransferEncoding.Unknown, nameof(encoding));
        _encoding = encoding;
        _crlfLines = crlfLines;
        _endsWithCr = false;
        _base64 = default;
        _quoted.Reset();
        _uu.Reset();
    }

    /// <summary>Decodes the next piece of the body; some of it may come out with a later piece only.</summary>
    public void Decode(ReadOnlySpan<byte> encoded, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        while (!encoded.IsEmpty)
        {
            var piece = encoded.Length > PieceMax ? encoded[..PieceMax] : encoded;
            encoded = encoded[piece.Length..];
            if (!_crlfLines)
            {
                Piece(piece, output);
                continue;
            }

            if (TransferEncodings.IsIdentity(_encoding))
            {
                Lines(piece, output);
                continue;
            }

            _decoded.Clear();
            Piece(piece, _decoded);
            Lines(_decoded.Written, output);
        }
    }

    /// <summary>Says that the body is over and gives out what was held back.</summary>
    public void Complete(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        _decoded.Clear();
        IBufferWriter<byte> target = _crlfLines ? _decoded : output;
        switch (_encoding)
        {
            case TransferEncoding.Base64:
                _base64.Complete(target);
                break;
            case TransferEncoding.QuotedPrintable:
                _quoted.Complete(target);
                break;
            case TransferEncoding.UuEncode:
                _uu.Complete(target);
                break;
        }

        if (_crlfLines)
            Lines(_decoded.Written, output);
    }

    /// <summary>Decodes a whole body.</summary>
    public static void Decode(TransferEncoding encoding, bool crlfLines, ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var decoder = new TransferDecoder(encoding, crlfLines);
        decoder.Decode(body, output);
        decoder.Complete(output);
    }

    private void Piece(ReadOnlySpan<byte> piece, IBufferWriter<byte> output)
    {
        switch (_encoding)
        {
            case TransferEncoding.Base64:
                _base64.Decode(piece, output);
                break;
            case TransferEncoding.QuotedPrintable:
                _quoted.Decode(piece, output);
                break;
            case TransferEncoding.UuEncode:
                _uu.Decode(piece, output);
                break;
            default:
                output.Write(piece);
                break;
        }
    }

    private void Lines(ReadOnlySpan<byte> content, IBufferWriter<byte> output)
    {
        while (!content.IsEmpty)
        {
            var i = content.IndexOf((byte)'\n');
            if (i < 0)
            {
                output.Write(content);
                _endsWithCr = content[^1] == '\r';
                return;
            }

            output.Write(content[..i]);
            output.Write(i > 0 ? content[i - 1] == '\r' ? "\n"u8 : "\r\n"u8 : _endsWithCr ? "\n"u8 : "\r\n"u8);
            _endsWithCr = false;
            content = content[(i + 1)..];
        }
    }
}
