namespace MailCluster.Delivery.Smtp;

/// <summary>
/// Writes a message as DATA has it (RFC 5321 §4.5.2): lines end with CRLF and with nothing else, since a relay that takes a bare LF for a line end
/// could be told a second message in the first (RFC 5321 §2.3.8); a line that begins with a dot gets another one; a dot on a line of its own ends it.
/// </summary>
internal sealed class SmtpContentWriter(Stream stream)
{
    private const int BlockBytes = 32 * 1024;

    private static readonly byte[] s_dot = ".\r\n"u8.ToArray();
    private static readonly byte[] s_endAndDot = "\r\n.\r\n"u8.ToArray();

    private readonly byte[] _in = new byte[BlockBytes];

    // The worst case is a block of line ends, each of which becomes two octets, and a pending one before it.
    private readonly byte[] _out = new byte[(BlockBytes * 2) + 16];
    private bool _atLineStart = true;
    private bool _afterCr;

    /// <param name="content">What is to be sent.</param>
    /// <param name="cancellationToken">Breaks it off; the connection is of no use then.</param>
    public async ValueTask WriteAsync(IMailContent content, CancellationToken cancellationToken)
    {
        long offset = 0;
        while (await content.ReadAsync(offset, _in, cancellationToken) is var read and > 0)
        {
            offset += read;
            var length = Stuff(_in.AsSpan(0, read), _out);
            await stream.WriteAsync(_out.AsMemory(0, length), cancellationToken);
        }
    }

    /// <summary>The end: the line that was begun is ended, and a dot.</summary>
    public async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_atLineStart && !_afterCr ? s_dot : s_endAndDot, cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    private int Stuff(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var length = 0;
        foreach (var octet in source)
        {
            if (_afterCr)
            {
                _afterCr = false;
                target[length++] = (byte)'\r';
                target[length++] = (byte)'\n';
                _atLineStart = true;
                if (octet == '\n')
                    continue;
            }

            switch (octet)
            {
                case (byte)'\r':
                    _afterCr = true;
                    continue;
                case (byte)'\n':
                    target[length++] = (byte)'\r';
                    target[length++] = octet;
                    _atLineStart = true;
                    continue;
                case (byte)'.' when _atLineStart:
                    target[length++] = octet;
                    break;
            }

            target[length++] = octet;
            _atLineStart = false;
        }

        return length;
    }
}
