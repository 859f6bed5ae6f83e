using System.Text;

namespace MailCluster.Delivery.Smtp;

/// <summary>Reads answers from a connection, with bounds: what is past them is no SMTP server.</summary>
internal sealed class SmtpReplyReader(Stream stream)
{
    /// <summary>Octets of a line: four times what RFC 5321 §4.5.3.1.5 allows.</summary>
    private const int LineMax = 2_048;

    private const int LinesMax = 100;

    private readonly byte[] _buffer = new byte[LineMax];
    private int _start;
    private int _end;

    /// <summary>Whether the relay has said more than was read: before a TLS handshake that is an attack (RFC 3207 §6).</summary>
    public bool HasMore => _end > _start;

    /// <exception cref="SmtpConnectionException">The connection ended, or what came is no answer.</exception>
    public async ValueTask<SmtpReply> ReadAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        while (true)
        {
            var line = await ReadLineAsync(cancellationToken);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), System.Globalization.NumberStyles.None, null, out var code) || code is < 200 or > 599)
                throw new SmtpConnectionException($"The relay says '{Shown(line)}', which is no SMTP.");
            lines.Add(Shown(line.Length > 4 ? line[4..] : ""));
            if (line.Length == 3 || line[3] != '-')
                return new SmtpReply(code, lines);
            if (lines.Count == LinesMax)
                throw new SmtpConnectionException("The relay's answer has too many lines.");
        }
    }

    private async ValueTask<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n') is var at and >= 0)
            {
                var line = Encoding.UTF8.GetString(_buffer, _start, at).TrimEnd('\r');
                _start += at + 1;
                return line;
            }

            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }

            if (_end == LineMax)
                throw new SmtpConnectionException("The relay's answer has too long a line.");
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (read == 0)
                throw new SmtpConnectionException("The relay closed the connection.");
            _end += read;
        }
    }

    /// <summary>It goes into logs and bounces.</summary>
    private static string Shown(string text) => string.Concat(text.Select(static c => char.IsControl(c) ? '?' : c));
}
